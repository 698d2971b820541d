namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>Creates a tokenizer that uses the tokenization algorithm of another library.</summary>
    /// <remarks>
    /// The tokenizer can be used like a tokenizer that was loaded from files, but it cannot be saved: <see cref="CanSave"/> is false.
    /// </remarks>
    /// <param name="backend">The algorithm and its vocabulary.</param>
    /// <param name="options">
    /// Special tokens, templates and properties of the model. Null: the defaults of <see cref="TokenizerBackendOptions"/>.
    /// </param>
    /// <exception cref="ArgumentException">A special token is not in the vocabulary, or a name or a template is invalid.</exception>
    public static Tokenizer FromBackend(TokenizerBackend backend, TokenizerBackendOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        options ??= new TokenizerBackendOptions();
        var pipeline = new TokenizerPipeline(null, null, new BackendModel(backend), null, null);
        foreach (var (name, token) in options.SpecialTokens)
        {
            if (!TokenizerConfig.StandardNames.Contains(name))
                throw new ArgumentException(
                    $"'{name}' is not the name of a special token. Names: {string.Join(", ", TokenizerConfig.StandardNames)}. "
                    + "Put other special tokens in ExtraSpecialTokens.", nameof(options));
            BackendId(pipeline, token, name);
        }
        foreach (var token in options.ExtraSpecialTokens)
            BackendId(pipeline, token, "ExtraSpecialTokens");
        var special = options.SpecialTokens.ToDictionary(entry => entry.Key, entry => new AddedToken(entry.Value) { Special = true });
        AddedToken[] extra = [.. options.ExtraSpecialTokens.Select(token => new AddedToken(token) { Special = true })];
        pipeline.Added.Add(special.Values.Concat(extra).DistinctBy(token => token.Content));
        return new Tokenizer(pipeline with { PostProcessor = BackendTemplate(options, pipeline) }, new TokenizerConfig
        {
            TokenizerClass = TokenizerKind.AnyClass,
            ModelInputNames = options.ModelInputNames,
            ModelMaxLength = options.ModelMaxLength,
            PaddingSide = options.PaddingSide,
            TruncationSide = options.TruncationSide,
            SpecialTokens = special,
            ExtraSpecialTokens = [.. extra],
        });
    }

    /// <summary>
    /// Whether <see cref="SavePretrained"/> is supported: true for a tokenizer that was loaded from files or trained, false for a tokenizer
    /// from <see cref="FromBackend"/>.
    /// </summary>
    public bool CanSave => _pipeline.Model is not BackendModel;

    /// <summary>
    /// Returns a tokenizer that skips normalization, pre-tokenization or both. The new tokenizer shares the vocabulary, the added tokens,
    /// the special tokens and the chat templates with this tokenizer; the other properties are copied.
    /// </summary>
    /// <remarks>
    /// The model was trained with both steps, so ordinary texts need both steps. This method has no effect on a tokenizer from
    /// <see cref="FromBackend"/>, because the backend always performs both steps.
    /// </remarks>
    /// <param name="normalization">Whether to normalize the text. Default true.</param>
    /// <param name="preTokenization">
    /// Whether to split the text into words. If false, the text between added tokens is one word. The byte-level and SentencePiece
    /// representations of bytes and spaces are applied in both cases, because the vocabulary requires them. Default true.
    /// </param>
    /// <returns>The new tokenizer; this tokenizer itself if both arguments are true.</returns>
    public Tokenizer WithPreprocessing(bool normalization = true, bool preTokenization = true)
    {
        if (normalization && preTokenization)
            return this;
        var pipeline = _pipeline with
        {
            Normalizer = normalization ? _pipeline.Normalizer : null,
            PreTokenizer = preTokenization ? _pipeline.PreTokenizer : _pipeline.PreTokenizer?.WithoutSplitting(),
        };
        return new Tokenizer(pipeline, _config)
        {
            ModelInputNames = ModelInputNames, ModelMaxLength = ModelMaxLength, PaddingSide = PaddingSide, TruncationSide = TruncationSide,
        };
    }

    // Parses "[CLS] $A [SEP]" into a template with the token type of each piece.
    private static TemplateProcessing BackendTemplate(TokenizerBackendOptions options, TokenizerPipeline pipeline)
    {
        var single = Pieces(options.SingleTemplate);
        var pair = options.PairTemplate is { } given
            ? Pieces(given)
            : [.. single, .. single.Select(piece => ((piece.Name == "$A" ? "$B" : piece.Name), '1'))];
        var tokens = single.Concat(pair).Where(piece => piece.Name is not ("$A" or "$B")).Select(piece => piece.Name).Distinct()
            .Select(name => (name, BackendId(pipeline, name, "the template"))).ToArray();
        try
        {
            return TemplateProcessing.Of(Write(single), Write(pair), tokens);
        }
        catch (TokenizerException error)
        {
            throw new ArgumentException(
                (options.PairTemplate is null ? $"SingleTemplate '{options.SingleTemplate}' is invalid: "
                    : $"SingleTemplate '{options.SingleTemplate}' or PairTemplate '{options.PairTemplate}' is invalid: ")
                + error.Message, nameof(options), error);
        }

        static (string Name, char Type)[] Pieces(string template) =>
            [.. template.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(piece =>
                piece is [.., ':', (>= '0' and <= '9') and var type] ? (piece[..^2], type) : (piece, '0'))];

        static string Write(IEnumerable<(string Name, char Type)> pieces) =>
            string.Join(' ', pieces.Select(piece => $"{piece.Name}:{piece.Type}"));
    }

    private static int BackendId(TokenizerPipeline pipeline, string token, string place) =>
        pipeline.Model.IdOf(token) ?? throw new ArgumentException(
            $"The token '{token}' of {place} is not in the backend's vocabulary ({pipeline.Model.Vocabulary.Count} tokens). "
            + "Use a token of the vocabulary, or remove the token from the options.");
}
