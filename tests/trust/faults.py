"""Faults that could be built in, and the tests that must notice them."""

from tests.trust.mutants import Mutant, mutant

_FILES = "tests/unit/test_filesystem.py::test_"
_SEAL = "tests/unit/test_checkpoint.py::test_"
_TRAIN = "tests/unit/test_training.py::test_"
_LEAK = "tests/properties/test_leakage.py::test_"
_SAME = "tests/properties/test_invariance.py::test_"
_HOSTILE = "tests/trust/test_hostile_content.py::test_"

_SYNCED = f"{_FILES}a_save_is_synced_before_it_gets_its_name_and_its_folder_afterwards"
_SAME_SEED = f"{_TRAIN}the_same_seed_gives_the_same_bits_and_another_seed_others"
_BIT_FLIPS = f"{_SEAL}no_single_bit_can_flip_unnoticed"
_NO_LEAK = f"{_LEAK}the_test_part_changes_no_weight_no_scale_and_no_choice_of_a_candidate"
_RESUMED = f"{_TRAIN}from_every_epoch_training_goes_on_to_the_same_bits"
_BEFORE_LIMITS = f"{_TRAIN}nothing_behind_the_limits_reaches_the_weights"
_NONSENSE = f"{_HOSTILE}nonsense_in_any_place_of_the_metadata_is_refused_or_harmless"

MUTANTS: tuple[Mutant, ...] = (
    # Saving
    mutant(
        "the file is not synced",
        "os.fsync(descriptor) temporary.replace(target)",
        "temporary.replace(target)",
        _SYNCED,
    ),
    mutant(
        "the file is synced too late",
        "os.fsync(descriptor) temporary.replace(target)",
        "temporary.replace(target); os.fsync(descriptor)",
        _SYNCED,
    ),
    mutant("the folder is not synced", "_sync_folder(target.parent)", "pass", _SYNCED),
    mutant(
        "the file is overwritten in place",
        "temporary.replace(target)",
        "target.write_bytes(data)",
        _SYNCED,
        "tests/trust/test_two_writers.py::"
        "test_a_reader_beside_two_writers_only_ever_sees_whole_files",
    ),
    mutant(
        "the temporary file lies in another folder",
        'target.with_name(f"{_prefix',
        'Path(os.path.expanduser("~"), f"{_prefix',
        _SYNCED,
    ),
    mutant(
        "only a part is written",
        "_write_all(descriptor, data)",
        "os.write(descriptor, data)",
        f"{_FILES}data_that_is_taken_in_pieces_arrives_whole",
    ),
    mutant(
        "leftovers are not swept",
        "with suppress(OSError): for leftover in target.parent.iterdir():",
        "if False:\n        for leftover in target.parent.iterdir():",
        f"{_FILES}what_a_killed_run_left_is_removed",
    ),
    mutant(
        "a file being written is not locked",
        "_lock(descriptor) #",
        "pass #",
        f"{_FILES}what_another_run_is_still_writing_is_left_alone",
    ),
    mutant(
        "a failure to tidy up passes for a failure to save",
        "with suppress(OSError): temporary.unlink()",
        "if True: temporary.unlink(missing_ok=True)",
        f"{_FILES}what_cannot_be_cleared_away_does_not_make_a_save_a_failure",
    ),
    mutant(
        "training does not try the folder",
        "if to_file: check_writable(output) with ( opened(settings.engine, "
        "threads=settings.optimisation.threads) as engine, keeping_state(",
        "with ( opened(settings.engine, threads=settings.optimisation.threads) as engine, "
        "keeping_state(",
        "tests/unit/test_workflows.py::"
        "test_a_folder_that_takes_no_checkpoint_is_refused_before_training",
    ),
    mutant(
        "the checkpoint is written in place",
        "checkpoint = dump_model(model) if to_file: write_atomically(output, checkpoint)",
        "checkpoint = dump_model(model)\n            if to_file:\n                "
        "Path(output).write_bytes(checkpoint)",
        "tests/trust/test_output.py::test_a_checkpoint_that_cannot_be_written_leaves_the_old_one",
    ),
    mutant(
        "a forecast is written in place",
        "write_atomically(options.output, data)",
        "Path(options.output).write_bytes(data)",
        "tests/trust/test_output.py::test_a_forecast_that_cannot_be_written_leaves_the_old_one",
    ),
    # Loading
    mutant(
        "the digest is not compared",
        "or hashlib.sha256(blank).hexdigest() != digest",
        "",
        _BIT_FLIPS,
    ),
    Mutant(
        "the digest does not cover the header",
        (
            ("hashlib.sha256(data).hexdigest()", "hashlib.sha256(data[-2000:]).hexdigest()"),
            ("hashlib.sha256(blank).hexdigest()", "hashlib.sha256(blank[-2000:]).hexdigest()"),
        ),
        (_BIT_FLIPS,),
    ),
    mutant(
        "a header of any size is parsed",
        "min(_LONGEST_HEADER, len(data) - _LENGTH_BYTES)",
        "len(data) - _LENGTH_BYTES",
        f"{_HOSTILE}no_hostile_file_is_loaded[header of blanks]",
    ),
    mutant(
        "unknown keys are accepted",
        'if unknown: raise SchemaError(f"{where',
        'if False: raise SchemaError(f"{where',
        f"{_SEAL}content_that_does_not_hold_together_is_refused_despite_a_right_digest",
        f"{_HOSTILE}no_hostile_file_is_loaded[unknown key]",
    ),
    mutant(
        "weights may be NaN",
        "if not np.isfinite(tensor).all():",
        "if False:",
        f"{_SEAL}content_that_does_not_hold_together_is_refused_despite_a_right_digest",
        f"{_HOSTILE}no_hostile_file_is_loaded[weights that are no numbers]",
    ),
    mutant(
        "shapes are not checked",
        "if tensor.dtype != dtype or not fits:",
        "if False:",
        f"{_HOSTILE}no_hostile_file_is_loaded[long horizon]",
    ),
    mutant(
        "levels of a file are not checked",
        "check_levels(record.training.levels)",
        "pass",
        _NONSENSE,
    ),
    mutant(
        "half a character passes for text",
        "if _SURROGATE.search(",
        "if False and _SURROGATE.search(",
        _NONSENSE,
    ),
    mutant(
        "a step of migration is left out",
        'range(metadata["format_version"], FORMAT_VERSION)',
        'range(metadata["format_version"] + 1, FORMAT_VERSION)',
        "tests/unit/test_migrations.py::test_a_file_of_an_older_format_forecasts_what_its_version_forecast",
    ),
    # Learning
    mutant(
        "candidates learn from the validation part and beyond",
        "job.task(form, number, split.fit_limits, split.validation, lineup.epochs)",
        "job.task(form, number, job.panel.offsets[1:], split.validation, lineup.epochs)",
        _NO_LEAK,
    ),
    mutant(
        "windows are drawn past the limits",
        "return cls(first=first, limits=limits, eligible=np.flatnonzero(limits > first))",
        "limits = panel.offsets[1:]; return cls(first=first, limits=limits, "
        "eligible=np.flatnonzero(limits > first))",
        _NO_LEAK,
        _BEFORE_LIMITS,
    ),
    mutant(
        "scales are measured past the limits",
        "positive_scales(histories(panel, origins_at(limits)), season_length)",
        "positive_scales(histories(panel, origins_at(panel.offsets[1:])), season_length)",
        _NO_LEAK,
        _BEFORE_LIMITS,
    ),
    mutant(
        "the season is estimated past the limits",
        "estimate_season(histories(panel, origins_at(limits)), season_length)",
        "estimate_season(histories(panel, origins_at(panel.offsets[1:])), season_length)",
        _NO_LEAK,
        _BEFORE_LIMITS,
    ),
    mutant(
        "a forecast sees its own future",
        "positions = origins.stops[:, None] + np.arange(-length, 0)",
        "positions = np.minimum(origins.stops[:, None] + 1, panel.offsets[-1])"
        " + np.arange(-length, 0)",
        f"{_LEAK}a_model_trained_before_the_future_came_forecasts_the_same_after_it",
    ),
    mutant(
        "weights start without the seed",
        "self.chance = torch.Generator().manual_seed(task.seed)",
        "self.chance = torch.Generator(); self.chance.seed()",
        _SAME_SEED,
    ),
    mutant(
        "windows are drawn without the seed",
        "np.random.default_rng(task.seed)",
        "np.random.default_rng()",
        _SAME_SEED,
    ),
    mutant(
        "dropout does without the seed",
        "self.dropout = torch.Generator(self.device).manual_seed(task.seed)",
        "self.dropout = torch.Generator(self.device); self.dropout.seed()",
        _SAME_SEED,
    ),
    # Resuming
    mutant(
        "the state of the window generator is not kept",
        "self.draws.bit_generator.state = snapshot.draws",
        "pass",
        _RESUMED,
    ),
    mutant(
        "the state of the dropout generator is not kept",
        "self.dropout.set_state(torch.from_numpy(snapshot.dropout))",
        "pass",
        _RESUMED,
    ),
    mutant(
        "the moments of the optimiser are not kept",
        "_fill(self._moments(), snapshot.moments)",
        "pass",
        _RESUMED,
    ),
    mutant(
        "the best weights so far are not kept",
        "self.epoch, self.best = snapshot.epoch, snapshot.best",
        "self.epoch = snapshot.epoch",
        _RESUMED,
    ),
    mutant(
        "a snapshot shares the memory of the network",
        "t.detach().cpu().numpy().copy()",
        "t.detach().cpu().numpy()",
        f"{_TRAIN}a_state_is_not_changed_by_what_is_trained_after_it",
    ),
    mutant(
        "the state of other data is taken",
        'found = ["the data differ"] if before.data != now.data else []',
        "found = []",
        "tests/unit/test_fingerprint.py::test_other_data_are_told",
        "tests/unit/test_resume.py::test_the_state_of_another_training_is_refused_and_stays",
    ),
    mutant(
        "two trainings to one file are let in",
        "_lock(descriptor, wait=False) except BlockingIOError",
        "pass\n        except BlockingIOError",
        f"{_FILES}an_owned_file_has_one_owner_whatever_its_content",
        "tests/unit/test_resume.py::test_two_trainings_to_one_file_are_not_let_in",
    ),
    mutant(
        "the lock stays with the old content",
        "os.dup(descriptor)",
        "os.open(self.path, os.O_RDWR)",
        f"{_FILES}an_owned_file_has_one_owner_whatever_its_content",
    ),
    # Forecasting
    mutant(
        "rows are taken in the order of the file",
        "resample(_sorted(observed, tell), tell)",
        "resample(observed, tell)",
        f"{_SAME}the_order_of_the_rows_changes_no_byte_of_the_checkpoint",
    ),
    mutant(
        "series forecast together share a scale",
        "scale = _scales(model, view.context, said.disagreement)[:, None]",
        "scale = _scales(model, view.context, said.disagreement).max()",
        f"{_SAME}series_forecast_together_in_blocks_or_alone_have_the_same_forecasts",
    ),
    mutant(
        "simple forecasts are summed in the order they came in",
        "sorted(self.simple_weights.items())",
        "self.simple_weights.items()",
        "tests/unit/test_committee.py::"
        "test_in_whichever_order_simple_continuations_stand_the_forecast_has_the_same_bits",
    ),
    # Covariates
    mutant(
        "what is known up to the cutoff is used behind it",
        'varying[:, length:, np.isin(roles, ("past", "sibling"))] = np.nan',
        "",
        f"{_LEAK}from_an_earlier_cutoff_the_later_past_changes_no_forecast_however_far",
        "tests/unit/test_windows.py::"
        "test_what_is_not_known_ahead_is_unknown_behind_a_cutoff_whatever_the_data_hold",
    ),
    mutant(
        "what is known ahead is looked up at the cutoff",
        "after=_encode(ahead(inputs), self.after, self.static)",
        "after=_encode(ahead(inputs), 0 * self.after + self.before[:, -1:], self.static)",
        "tests/unit/test_inputs.py::test_constants_are_fed_at_each_step",
    ),
    mutant(
        "standard units of covariates come from all data",
        "inputs=_inputs(panel, split.fit_limits)",
        "inputs=_inputs(panel, panel.offsets[1:])",
        f"{_LEAK}covariates_of_the_test_part_change_no_weight_of_a_candidate_and_no_effect",
    ),
    mutant(
        "effects are judged on the data they are estimated from",
        "past = _look_back(panel, split.fit_limits)",
        "past = _look_back(panel, panel.offsets[1:])",
        "tests/unit/test_adjustment.py::test_values_of_the_test_part_change_no_effect",
    ),
    mutant(
        "covariates stay in the order of the file",
        "beside=observed.beside.rows(keep)",
        "beside=observed.beside.rows(np.sort(keep))",
        "tests/unit/reading/test_alignment.py::test_rows_in_another_order_are_the_same_covariates",
    ),
)
