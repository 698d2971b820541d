namespace PeftSharp.Tokenization;

public sealed partial class Tokenizer
{
    /// <summary>Makes a tokenizer whose texts are split by another library.</summary>
    /// <remarks>The tokenizer can be used wherever one that was loaded from files can, but it cannot be saved: <see cref="CanSave"/> is false.</remarks>
    /// <param name="backend">The algorithm and its vocabulary.</param>
    /// <param name="options">Special tokens, template and properties of the model. Null: the defaults of <see cref="TokenizerBackendOptions"/>.</param>
    /// <exception cref="ArgumentException">The vocabulary does not have a special token, or a name or a template is not valid.</exception>
    public static Tokenizer FromBackend(TokenizerBackend backend, TokenizerBackendOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        options ??= new TokenizerBackendOptions();
        var pipeline = new TokenizerPipeline(null, null, new BackendModel(backend), null, null);
        foreach (var (name, token) in options.SpecialTokens)
        {
            if (!TokenizerConfig.StandardNames.Contains(name))
                throw new ArgumentException($"'{name}' names no special token; the names: {string.Join(", ", TokenizerConfig.StandardNames)}. Others belong in ExtraSpecialTokens.", nameof(options));
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

    /// <summary>Whether <see cref="SavePretrained"/> can write this tokenizer: true for every tokenizer that was loaded from files, false for one of <see cref="FromBackend"/>.</summary>
    public bool CanSave => _pipeline.Model is not BackendModel;

    /// <summary>Returns a tokenizer that skips steps of this one. Vocabulary, added tokens and special tokens are shared; the other properties are copied.</summary>
    /// <remarks>Both steps belong to how the model was trained, so its own texts need both. A tokenizer of <see cref="FromBackend"/> has neither step: its backend does them.</remarks>
    /// <param name="normalization">Whether the text is normalized. Default true.</param>
    /// <param name="preTokenization">Whether the text is split into words; otherwise the model sees what lies between added tokens as one word. Bytes are spelled and blanks replaced in both cases,
    /// because the vocabulary is written so. Default true.</param>
    public Tokenizer WithSteps(bool normalization = true, bool preTokenization = true) => normalization && preTokenization ? this : new Tokenizer(_pipeline with
    {
        Normalizer = normalization ? _pipeline.Normalizer : null,
        PreTokenizer = preTokenization ? _pipeline.PreTokenizer : _pipeline.PreTokenizer?.WithoutSplitting(),
    }, _config) { ModelInputNames = ModelInputNames, ModelMaxLength = ModelMaxLength, PaddingSide = PaddingSide, TruncationSide = TruncationSide };

    // From "[CLS] $A [SEP]" to the template with the segment of each piece.
    private static TemplateProcessing BackendTemplate(TokenizerBackendOptions options, TokenizerPipeline pipeline)
    {
        var single = Pieces(options.SingleTemplate);
        var pair = options.PairTemplate is { } given ? Pieces(given) : [.. single, .. single.Select(piece => ((piece.Name == "$A" ? "$B" : piece.Name), '1'))];
        var tokens = single.Concat(pair).Where(piece => piece.Name is not ("$A" or "$B")).Select(piece => piece.Name).Distinct().Select(name => (name, BackendId(pipeline, name, "the template"))).ToArray();
        try
        {
            return TemplateProcessing.Of(Write(single), Write(pair), tokens);
        }
        catch (TokenizerException error)
        {
            throw new ArgumentException($"The templates '{options.SingleTemplate}' and '{options.PairTemplate}' are not valid: {error.Message}", nameof(options), error);
        }

        static (string Name, char Type)[] Pieces(string template) => [.. template.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(piece =>
            piece is [.., ':', (>= '0' and <= '9') and var type] ? (piece[..^2], type) : (piece, '0'))];

        static string Write(IEnumerable<(string Name, char Type)> pieces) => string.Join(' ', pieces.Select(piece => $"{piece.Name}:{piece.Type}"));
    }

    private static int BackendId(TokenizerPipeline pipeline, string token, string place) => pipeline.Model.IdOf(token) ?? throw new ArgumentException(
        $"The token '{token}' of {place} is not in the backend's vocabulary ({pipeline.Model.Vocabulary.Count} tokens). Name one of its tokens, or add the token afterwards (AddSpecialTokens).");
}
