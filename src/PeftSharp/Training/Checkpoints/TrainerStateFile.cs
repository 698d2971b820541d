using System.Text.Json.Nodes;
using PeftSharp.Serialization;

namespace PeftSharp.Training.Checkpoints;

/// <summary>Writes and reads <c>trainer_state.json</c> in the schema of transformers.</summary>
internal static class TrainerStateFile
{
    internal const string Name = "trainer_state.json";
    private static readonly HashSet<string> _integerKeys = new(StringComparer.Ordinal) { "step" };

    internal static void Write(string folder, TrainerState state, TrainerControl control)
    {
        var json = new JsonObject
        {
            ["best_global_step"] = state.BestGlobalStep,
            ["best_metric"] = state.BestMetric,
            ["best_model_checkpoint"] = state.BestModelCheckpoint,
            ["epoch"] = state.Epoch,
            ["eval_steps"] = state.EvalSteps,
            ["global_step"] = state.GlobalStep,
            ["is_hyper_param_search"] = false,
            ["is_local_process_zero"] = true,
            ["is_world_process_zero"] = true,
            ["log_history"] = new JsonArray([.. state.Log.Select(LogEntry)]),
            ["logging_steps"] = state.LoggingSteps,
            ["max_steps"] = state.MaxSteps,
            ["num_input_tokens_seen"] = 0,
            ["num_train_epochs"] = state.NumTrainEpochs,
            ["save_steps"] = state.SaveSteps,
            ["stateful_callbacks"] = Callbacks(state, control),
            ["total_flos"] = state.TotalFlos,
            ["train_batch_size"] = state.TrainBatchSize,
            ["trial_name"] = null,
            ["trial_params"] = null,
        };
        JsonFile.Write(Path.Combine(folder, Name), json);
    }

    /// <summary>Reads the state of a checkpoint.</summary>
    /// <exception cref="CheckpointException">The file is missing or malformed.</exception>
    internal static TrainerState Read(string folder)
    {
        var json = ConfigJson.Read(Path.Combine(folder, Name));
        var state = new TrainerState
        {
            BestGlobalStep = json.Has("best_global_step") ? json.GetCount("best_global_step") : null,
            BestMetric = json.GetDoubleOrNull("best_metric"),
            BestModelCheckpoint = json.GetStringOrNull("best_model_checkpoint"),
            Epoch = json.GetDouble("epoch"),
            GlobalStep = json.GetCount("global_step"),
            MaxSteps = json.GetCount("max_steps", 0),
            TotalFlos = json.GetDouble("total_flos", 0),
            TrainBatchSize = json.GetCount("train_batch_size", 0),
        };
        foreach (var entry in json.GetSections("log_history") ?? [])
            state.Log.Add(new OrderedDictionary<string, double>(entry.Fields.Where(pair => pair.Value is JsonValue)
                .Select(pair => KeyValuePair.Create(pair.Key, entry.GetDouble(pair.Key)))));
        foreach (var (name, callback) in json.GetSection("stateful_callbacks")?.Fields ?? [])
            if (callback is JsonObject value) state.CallbackStates[name] = (JsonObject)value.DeepClone();
        return state;
    }

    private static JsonObject LogEntry(IReadOnlyDictionary<string, double> log) =>
        new(log.Select(pair => KeyValuePair.Create(
            pair.Key, (JsonNode?)(_integerKeys.Contains(pair.Key) ? JsonValue.Create((int)pair.Value) : JsonValue.Create(pair.Value)))));

    private static JsonObject Callbacks(TrainerState state, TrainerControl control)
    {
        var callbacks = new JsonObject(
            state.CallbackStates.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.DeepClone())));
        callbacks["TrainerControl"] = new JsonObject
        {
            ["args"] = new JsonObject
            {
                ["should_epoch_stop"] = control.ShouldEpochStop,
                ["should_evaluate"] = control.ShouldEvaluate,
                ["should_log"] = control.ShouldLog,
                ["should_save"] = control.ShouldSave,
                ["should_training_stop"] = control.ShouldTrainingStop,
            },
            ["attributes"] = new JsonObject(),
        };
        return callbacks;
    }
}
