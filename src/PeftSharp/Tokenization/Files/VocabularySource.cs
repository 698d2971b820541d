namespace PeftSharp.Tokenization;

/// <summary>A vocabulary of SentencePiece or tiktoken.</summary>
/// <param name="Path">The file.</param>
/// <param name="Model">The SentencePiece model; null if the file is a vocabulary of tiktoken.</param>
/// <param name="Tiktoken">The vocabulary of tiktoken; null if the file is a SentencePiece model.</param>
internal sealed record VocabularySource(string Path, SentencePieceModel? Model, TiktokenFile? Tiktoken)
{
    /// <summary>The tokens in the file that are matched as a whole.</summary>
    internal IReadOnlyList<AddedToken> AddedTokens => Model?.AddedTokens ?? [];

    /// <summary>Reads the vocabulary in a folder; null if there is none. The contents of the file determine its format.</summary>
    /// <param name="files">The folder.</param>
    /// <param name="ofClass">The name of the file of the class; null: the class has no such file.</param>
    /// <exception cref="TokenizerException">The file is malformed.</exception>
    internal static VocabularySource? Read(TokenizerFolder files, string? ofClass)
    {
        if (files.VocabularyModel(ofClass) is not { } name)
            return null;
        var path = files.File(name);
        return name.EndsWith(".tiktoken", StringComparison.Ordinal) || TiktokenFile.IsTiktoken(path)
            ? new VocabularySource(path, null, TiktokenFile.Read(path))
            : new VocabularySource(path, SentencePieceModel.Read(path), null);
    }

    /// <summary>Returns the SentencePiece model, which a class requires.</summary>
    /// <exception cref="TokenizerException">The file is a vocabulary of tiktoken.</exception>
    internal SentencePieceModel RequireModel(string className) => Model ?? throw new TokenizerException(
        $"'{Path}' is a vocabulary of tiktoken, but {className} requires a SentencePiece model. Correct tokenizer_class in "
        + "tokenizer_config.json.");
}
