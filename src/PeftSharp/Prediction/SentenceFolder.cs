using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Hub;
using PeftSharp.Internal;
using PeftSharp.Serialization;

namespace PeftSharp.Prediction;

/// <summary>The files of a sentence-transformers folder other than those of the model and the tokenizer.</summary>
internal sealed class SentenceFolder : IDisposable
{
    private const string ModulesFile = "modules.json", ConfigFile = "config_sentence_transformers.json", PoolingClass = "Pooling";
    private const string TransformerClass = "Transformer", TransformerConfigFile = "sentence_bert_config.json";

    // The names of the configuration file of the transformer, including those in older folders.
    private static readonly string[] _transformerConfigs =
        [TransformerConfigFile, .. new[] { "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet" }
            .Select(type => $"sentence_{type}_config.json")];

    /// <summary>The folder of the model and the tokenizer.</summary>
    internal required string ModelFolder { get; init; }

    internal SentencePooling Pooling { get; init; } = new(PoolingModes.Mean);

    /// <summary>The modules after the pooling.</summary>
    internal IReadOnlyList<SentenceModule> Modules { get; init; } = [];

    /// <summary>Maximum number of tokens (<c>max_seq_length</c>); null: the limit of the tokenizer or the model.</summary>
    internal int? MaxLength { get; init; }

    /// <summary>Whether texts are converted to lower case (<c>do_lower_case</c>).</summary>
    internal bool LowersCase { get; init; }

    /// <summary>The content of <c>config_sentence_transformers.json</c>, which is written back; empty if there is no such file.</summary>
    internal JsonObject Config { get; init; } = [];

    internal IReadOnlyDictionary<string, string> Prompts { get; init; } = new Dictionary<string, string>();

    internal string? DefaultPromptName { get; init; }

    internal SimilarityFunction Similarity { get; init; }

    /// <summary>
    /// Reads a folder. A folder without <c>modules.json</c> contains only a model; the embedding is then the mean of the hidden states of
    /// its tokens.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="allowPickle">Whether the weights of a layer are read from a pickle file if there is no safetensors file.</param>
    /// <exception cref="CheckpointException">A file is malformed or contains something that is not supported.</exception>
    internal static SentenceFolder Read(string folder, bool allowPickle = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!File.Exists(Path.Combine(folder, ModulesFile))) return new SentenceFolder { ModelFolder = folder };
        var modules = ReadModules(Path.Combine(folder, ModulesFile));
        if (modules is not [(TransformerClass, var modelPath), (PoolingClass, var poolingPath), ..])
            throw new CheckpointException($"'{Path.Combine(folder, ModulesFile)}' lists "
                + $"{(modules.Length == 0 ? "no modules" : string.Join(", ", modules.Select(m => m.Class)))}. Supported: "
                + $"{TransformerClass}, {PoolingClass}, then any number of Dense and Normalize.");
        var modelFolder = Path.Combine(folder, modelPath);
        var (maxLength, lowersCase) = ReadTransformer(modelFolder);
        var config = ReadConfig(Path.Combine(folder, ConfigFile), out var prompts, out var defaultPrompt, out var similarity);
        var rest = new List<SentenceModule>();
        try
        {
            foreach (var (name, path) in modules.Skip(2))
                rest.Add(name switch
                {
                    "Dense" => SentenceDense.Load(Path.Combine(folder, path), allowPickle),
                    "Normalize" => new SentenceModule.Normalize(),
                    _ => throw new CheckpointException($"'{Path.Combine(folder, ModulesFile)}' lists the module {name}, "
                    + "which is not supported after Pooling. Supported modules: Dense, Normalize."),
                });
            return new SentenceFolder
            {
                ModelFolder = modelFolder,
                Pooling = SentencePooling.Read(Path.Combine(folder, poolingPath, "config.json")),
                Modules = rest,
                MaxLength = maxLength,
                LowersCase = lowersCase,
                Config = config,
                Prompts = prompts,
                DefaultPromptName = defaultPrompt,
                Similarity = similarity,
            };
        }
        catch
        {
            foreach (var module in rest) module.Dispose();
            throw;
        }
    }

    /// <summary>Writes the files into the folder in which the model and the tokenizer were saved.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="width">Width of the hidden states.</param>
    internal void Save(string folder, int width)
    {
        var entries = new JsonArray { Entry(0, "", TransformerClass), Entry(1, "1_" + PoolingClass, PoolingClass) };
        JsonFile.Write(Path.Combine(folder, TransformerConfigFile), new JsonObject
        {
            ["max_seq_length"] = MaxLength, ["do_lower_case"] = LowersCase,
        });
        FolderAccess.Create(Path.Combine(folder, "1_" + PoolingClass));
        JsonFile.Write(Path.Combine(folder, "1_" + PoolingClass, "config.json"), Pooling.ToJson(width));
        foreach (var (index, module) in Modules.Index())
        {
            var path = $"{index + 2}_{module.ClassName}";
            FolderAccess.Create(Path.Combine(folder, path));
            module.Save(Path.Combine(folder, path));
            entries.Add(Entry(index + 2, path, module.ClassName));
        }
        var config = (JsonObject)Config.DeepClone();
        config["prompts"] = new JsonObject([.. Prompts.Select(prompt => KeyValuePair.Create(prompt.Key, (JsonNode?)prompt.Value))]);
        config["default_prompt_name"] = DefaultPromptName;
        config["similarity_fn_name"] = Similarity.ToString().ToLowerInvariant();
        JsonFile.Write(Path.Combine(folder, ConfigFile), config);
        JsonFile.Write(Path.Combine(folder, ModulesFile), entries);           // written last, because this file makes the folder complete

        static JsonObject Entry(int index, string path, string name) => new()
        {
            ["idx"] = index, ["name"] = index.ToString(System.Globalization.CultureInfo.InvariantCulture), ["path"] = path,
            ["type"] = "sentence_transformers.models." + name,
        };
    }

    public void Dispose()
    {
        foreach (var module in Modules) module.Dispose();
    }

    private static (string Class, string Path)[] ReadModules(string path)
    {
        try
        {
            var list = PythonJson.Loads(File.ReadAllBytes(path)) as JsonArray
                ?? throw new CheckpointException($"'{path}' must contain a list of modules. Download it again.");
            return [.. list.Select(Module)];
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"'{path}' cannot be read: {error.Message}", error);
        }

        (string Class, string Path) Module(JsonNode? node)
        {
            if (node is not JsonObject json) throw new CheckpointException($"'{path}' contains an entry that is not an object.");
            var fields = new SentenceFields(path, json, "idx", "name", "path", "type", "kwargs");
            fields.RequireKnown();
            if (json["kwargs"] is JsonArray { Count: > 0 } arguments)
                throw new CheckpointException($"'{path}' sets kwargs to {PythonJson.Show(arguments)}, which is not supported.");
            var type = fields.Text("type") ?? "";
            return type.StartsWith("sentence_transformers.", StringComparison.Ordinal)
                ? (type[(type.LastIndexOf('.') + 1)..], InFolder(fields.Text("path") ?? ""))
                : throw new CheckpointException($"'{path}' lists a module {(type.Length == 0 ? "without a type" : $"of type '{type}'")}, "
                + "which is not supported. "
                + "Supported modules are Transformer, Pooling, Dense and Normalize of sentence_transformers.");
        }

        string InFolder(string module) => module.Length == 0 || HubName.Problem(module) is not { } problem ? module
            : throw new CheckpointException($"'{path}' lists the path '{module}', which is not a folder of the model: {problem}.");
    }

    private static (int? MaxLength, bool LowersCase) ReadTransformer(string folder)
    {
        var path = _transformerConfigs.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (path is null) return (null, false);
        var fields = new SentenceFields(path, JsonFile.Read(path), "max_seq_length", "do_lower_case");
        fields.RequireKnown();
        if (fields.Number("max_seq_length") is not { } length) return (null, fields.Flag("do_lower_case", false));
        return length > 0 ? (length, fields.Flag("do_lower_case", false)) : throw new CheckpointException(
            $"'{path}': field 'max_seq_length' is {length}; it must be at least 1.");
    }

    private static JsonObject ReadConfig(
        string path, out IReadOnlyDictionary<string, string> prompts, out string? defaultPrompt, out SimilarityFunction similarity)
    {
        (prompts, defaultPrompt, similarity) = (new Dictionary<string, string>(), null, SimilarityFunction.Cosine);
        if (!File.Exists(path)) return [];
        var json = JsonFile.Read(path);
        var fields = new SentenceFields(path, json);
        if (json["prompts"] is JsonObject listed)
        {
            var ofPrompts = new SentenceFields(path, listed);
            prompts = listed.ToDictionary(prompt => prompt.Key, prompt => ofPrompts.Text(prompt.Key) ?? "", StringComparer.Ordinal);
        }
        defaultPrompt = fields.Text("default_prompt_name");
        if (defaultPrompt is not null && !prompts.ContainsKey(defaultPrompt))
            throw new CheckpointException($"'{path}': default_prompt_name is '{defaultPrompt}', but prompts contains "
                + $"{(prompts.Count == 0 ? "nothing" : string.Join(", ", prompts.Keys))}.");
        if (fields.Text("similarity_fn_name") is { } name)
            similarity = Enum.GetValues<SimilarityFunction>().Cast<SimilarityFunction?>()
                .FirstOrDefault(function => function.ToString()!.Equals(name, StringComparison.OrdinalIgnoreCase))
                ?? throw new CheckpointException($"'{path}': similarity_fn_name is '{name}', which is not supported. Supported functions: "
                + $"{string.Join(", ", Enum.GetNames<SimilarityFunction>().Select(function => function.ToLowerInvariant()))}.");
        return json;
    }
}
