namespace PeftSharp.Tokenization;

/// <summary>Reads the pipeline in <c>tokenizer.json</c>, with the components in <see cref="TokenizerComponents"/>.</summary>
internal static class TokenizerJsonReader
{
    /// <exception cref="TokenizerException">The file is malformed or uses a component that is not supported.</exception>
    internal static TokenizerPipeline Read(string path)
    {
        var file = new JsonPart(JsonFile.Read(path), path, "$");
        if (file.TextOrNull("version") is not (null or "1.0"))
            throw new TokenizerException($"'{path}' has version {file.Text("version")}, which is not supported. Supported version: 1.0.");
        var pipeline = new TokenizerPipeline(
            TokenizerComponents.Normalizers.ReadOptional(file["normalizer"]),
            TokenizerComponents.PreTokenizers.ReadOptional(file["pre_tokenizer"]),
            ReadModel(file["model"]),
            TokenizerComponents.PostProcessors.ReadOptional(file["post_processor"]),
            TokenizerComponents.Decoders.ReadOptional(file["decoder"]))
        {
            Defaults = new TokenizerDefaults
            {
                PadToken = file["padding"].TextOrNull("pad_token"),
                PaddingSide = file["padding"]["direction"].IsNull ? null : file["padding"].Choice<PaddingSide>("direction"),
                TruncationSide = file["truncation"]["direction"].IsNull ? null : file["truncation"].Choice<TruncationSide>("direction"),
            },
        };
        pipeline.Added.Add(file["added_tokens"].IsNull ? [] : file.Items("added_tokens").Select(ReadAddedToken));
        return pipeline;
    }

    internal static AddedToken ReadAddedToken(JsonPart part) => new(part.Text("content"))
    {
        SingleWord = part.Flag("single_word", absent: false),
        LStrip = part.Flag("lstrip", absent: false),
        RStrip = part.Flag("rstrip", absent: false),
        Special = part.Flag("special", absent: false),
        Normalized = part.Flag("normalized", absent: !part.Flag("special", absent: false)),
    };

    // Older files do not have the field 'type', so the other fields of the model determine the type.
    private static TokenizerModel ReadModel(JsonPart part) =>
        part.IsNull
            ? throw part.Unfit("the model")
            : TokenizerComponents.Models.Read(part, typeIfAbsent: !part["merges"].IsNull ? "BPE"
                : part["vocab"].Element.ValueKind == System.Text.Json.JsonValueKind.Array ? "Unigram"
                : part["max_input_chars_per_word"].IsNull && part["continuing_subword_prefix"].IsNull ? "WordLevel" : "WordPiece");
}
