using PeftSharp.Internal;

namespace PeftSharp.Hub;

/// <summary>The files of a repository that a loader reads.</summary>
internal sealed record HubFiles
{
    private const string Config = "config.json";
    private const string GenerationConfig = "generation_config.json";

    /// <summary>The configuration of a model.</summary>
    internal static HubFiles OfConfig { get; } = new() { Required = Config };

    /// <summary>The generation configuration of a model.</summary>
    internal static HubFiles OfGenerationConfig { get; } = new() { Required = GenerationConfig };

    /// <summary>The configurations and the weights of a model.</summary>
    internal static HubFiles OfModel { get; } = new()
    {
        Required = Config,
        Weights = "model.safetensors",
        IsNeeded = (file, _) => file == GenerationConfig,
    };

    /// <summary>The configuration and the weights of an adapter.</summary>
    internal static HubFiles OfAdapter { get; } = new() { Required = "adapter_config.json", Weights = "adapter_model.safetensors" };

    /// <summary>The configuration of an adapter.</summary>
    internal static HubFiles OfAdapterConfig { get; } = new() { Required = "adapter_config.json" };

    /// <summary>
    /// A tokenizer. Its vocabulary is in <c>tokenizer.json</c>, or, if there is no such file, in the files of older versions.
    /// </summary>
    internal static HubFiles OfTokenizer { get; } = new()
    {
        IsNeeded = (file, all) => file is Config or "tokenizer_config.json" or "tokenizer.json" or "special_tokens_map.json"
            or "added_tokens.json" or "chat_template.jinja"
            || (Path.GetDirectoryName(file) == "additional_chat_templates" && Path.GetExtension(file) == ".jinja")
            || (!all.Contains("tokenizer.json") && (file is "vocab.txt" or "vocab.json" or "merges.txt"
                || (!file.Contains('/', StringComparison.Ordinal) && Path.GetExtension(file) is ".model" or ".tiktoken"))),
        Decisive = ["tokenizer.json", "tokenizer_config.json"],
    };

    /// <summary>An adapter and, if its repository contains a tokenizer, the tokenizer.</summary>
    internal static HubFiles OfAdapterAndTokenizer { get; } = new()
    {
        Required = OfAdapter.Required,
        Weights = OfAdapter.Weights,
        IsNeeded = OfTokenizer.IsNeeded,
        Decisive = OfTokenizer.Decisive,
    };

    /// <summary>
    /// A model of sentence-transformers: modules in folders such as <c>1_Pooling</c>, and a model that is in one of them or beside them.
    /// </summary>
    internal static HubFiles OfSentenceEncoder { get; } = new()
    {
        IsNeeded = (file, all) => OfTokenizer.IsNeeded(file, all)
            || file is "modules.json" or "config_sentence_transformers.json"
            || (file.StartsWith("sentence_", StringComparison.Ordinal) && file.EndsWith("_config.json", StringComparison.Ordinal))
            || (Path.GetExtension(file) is ".safetensors" && !file.Contains('/', StringComparison.Ordinal))
            || file.EndsWith(".safetensors.index.json", StringComparison.Ordinal)
            || (IsOfModule(file) && (Path.GetExtension(file) is ".json" or ".txt" or ".model" or ".safetensors")),
        IsNeededPickle = (file, all) => (IsOfModule(file) || !file.Contains('/', StringComparison.Ordinal))
            && Path.GetFileName(file) == "pytorch_model.bin"
            && !all.Any(other => Path.GetDirectoryName(other) == Path.GetDirectoryName(file) && Path.GetExtension(other) == ".safetensors"),
        Decisive = [.. OfTokenizer.Decisive, "modules.json"],
    };

    /// <summary>The file without which nothing can be loaded. Null: none.</summary>
    internal string? Required { get; private init; }

    /// <summary>The file of the weights. An index of several files is accepted instead. Null: no weights are read.</summary>
    internal string? Weights { get; private init; }

    /// <summary>Whether the weights may be pickle files.</summary>
    internal bool AllowPickle { get; private init; }

    /// <summary>The files of the weights or their indexes, in the order of preference.</summary>
    internal IEnumerable<string> WeightNames => Weights is null ? [] : WeightFiles.Candidates(Weights, AllowPickle);

    /// <summary>
    /// Files whose absence changes what is loaded. If the Hub is not used, they must be in the cache or be recorded there as missing.
    /// </summary>
    internal IReadOnlyList<string> Decisive { get; private init; } = [];

    private Func<string, IReadOnlySet<string>, bool> IsNeeded { get; init; } = (_, _) => false;

    private Func<string, IReadOnlySet<string>, bool> IsNeededPickle { get; init; } = (_, _) => false;

    /// <summary>Returns the same files. If <paramref name="allow"/> is true, the weights may also be pickle files.</summary>
    internal HubFiles WithPickle(bool? allow) => allow == true ? this with { AllowPickle = true } : this;

    /// <summary>Returns the files to download before the files in an index are known.</summary>
    internal IEnumerable<string> Select(HubRepository repository)
    {
        var all = repository.Files.ToHashSet(StringComparer.Ordinal);
        var weights = WeightNames.FirstOrDefault(all.Contains);
        return all.Where(file => file == Required || file == weights || IsNeeded(file, all) || (AllowPickle && IsNeededPickle(file, all)));
    }

    /// <summary>Whether a file is in the folder of a module of sentence-transformers, such as <c>1_Pooling</c>.</summary>
    private static bool IsOfModule(string file) => char.IsAsciiDigit(file[0]) && file.Count(c => c == '/') == 1;
}
