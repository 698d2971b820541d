namespace PeftSharp.Tokenization;

/// <summary>
/// The tokenizer classes of transformers that build their own pipeline. All other classes use the pipeline in tokenizer.json.
/// </summary>
internal static class TokenizerKinds
{
    /// <summary>The classes. If the files do not name a class, the first class whose vocabulary files exist is used.</summary>
    internal static IReadOnlyList<TokenizerKind> All { get; } =
    [
        BertTokenizer.Kind,
        Gpt2Tokenizer.Kind,
        RobertaTokenizer.Kind,
        LlamaTokenizer.Kind,
        XlmRobertaTokenizer.Kind,
        T5Tokenizer.Kind,
        DebertaV2Tokenizer.Kind,
        Qwen2Tokenizer.Kind,
        GemmaTokenizer.Kind,
        ClipTokenizer.Kind,
        BertTokenizer.Kind with { ClassName = "DistilBertTokenizer", ModelInputNames = ["input_ids", "attention_mask"] },
        BertTokenizer.Kind with { ClassName = "ConvBertTokenizer" },
        BertTokenizer.Kind with { ClassName = "ElectraTokenizer" },
        BertTokenizer.Kind with { ClassName = "LayoutLMTokenizer" },
        BertTokenizer.Kind with { ClassName = "LxmertTokenizer" },
        BertTokenizer.Kind with { ClassName = "MobileBertTokenizer" },
        BertTokenizer.Kind with { ClassName = "SqueezeBertTokenizer" },
        RobertaTokenizer.Kind with { ClassName = "BartTokenizer" },
        RobertaTokenizer.Kind with { ClassName = "LEDTokenizer" },
        RobertaTokenizer.Kind with { ClassName = "LongformerTokenizer" },
    ];

    /// <summary>Returns the class of a model type for which the library has no family; null if it is not known.</summary>
    internal static string? ClassOfModel(string? modelType) =>
        All.FirstOrDefault(kind => modelType is not null && kind.ModelTypes.Contains(modelType))?.ClassName;

    /// <summary>Loads the tokenizer in a folder.</summary>
    /// <param name="files">The folder.</param>
    /// <param name="className">The class in transformers, with or without the suffix "Fast"; null if it is not known.</param>
    /// <exception cref="TokenizerException">A file is missing or malformed, or its contents are not supported.</exception>
    internal static Tokenizer Load(TokenizerFolder files, string? className)
    {
        var kind = All.FirstOrDefault(kind => kind.ClassName == className || kind.ClassName + "Fast" == className);
        if (kind is not null && !(kind.ClassName == LlamaTokenizer.Kind.ClassName && files.HasByteLevelVocabulary))
            return kind.Load(files);
        if (kind is not null && !files.Has("tokenizer.json"))
            return (kind with { Pipeline = null }).Load(files);
        if (files.Has("tokenizer.json") || className is not null && files.VocabularyModel(null) is not null)
            return new TokenizerKind(className is null or "PreTrainedTokenizer" ? TokenizerKind.AnyClass : className).Load(files);
        kind = All.FirstOrDefault(kind => kind.HasVocabularyFiles(files));
        if (kind is not null)
            return kind.Load(files);
        if (files.VocabularyModel(null) is not null)
            return new TokenizerKind(TokenizerKind.AnyClass).Load(files);
        var vocabularies = All.DistinctBy(kind => kind.ExpectedVocabulary)
            .Select(kind => $", or {kind.ExpectedVocabulary} ({kind.ClassName})");
        throw files.Missing("tokenizer.json" + string.Concat(vocabularies));
    }
}
