using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>How text is generated: the fields of <c>generation_config.json</c> under transformers' names. Null: not set.</summary>
/// <remarks>
/// transformers' <c>GenerationConfig</c>. What a call does not set comes from the model's own (<see cref="PretrainedModel.GenerationConfig"/>), what
/// neither sets is the default named here. Fields that no property names are kept in <see cref="AdditionalFields"/> and written back.
/// </remarks>
public partial record GenerationConfig
{
    /// <summary>Most tokens of prompt and answer together. Default: 20 new tokens.</summary>
    public int? MaxLength { get; init; }
    /// <summary>Most new tokens.</summary>
    public int? MaxNewTokens { get; init; }
    /// <summary>Fewest tokens of prompt and answer together: the end is not chosen before. Default 0.</summary>
    public int? MinLength { get; init; }
    /// <summary>Fewest new tokens.</summary>
    public int? MinNewTokens { get; init; }
    /// <summary>When beam search gives up. Default false.</summary>
    public EarlyStopping? EarlyStopping { get; init; }
    /// <summary>Seconds after which no new token is begun.</summary>
    public double? MaxTime { get; init; }
    /// <summary>Strings that end a text as soon as they stand at its end; they stay in it. They need a tokenizer.</summary>
    [JsonConverter(typeof(OneOrManyStringsConverter))]
    public IReadOnlyList<string>? StopStrings { get; init; }

    /// <summary>Whether tokens are drawn by their probability; otherwise the likeliest is taken. Default false.</summary>
    public bool? DoSample { get; init; }
    /// <summary>Texts that are followed at once, the best of which are kept. Default 1: no beam search.</summary>
    public int? NumBeams { get; init; }
    /// <summary>Texts for each prompt. Default 1.</summary>
    public int? NumReturnSequences { get; init; }
    /// <summary>Whether keys and values of earlier tokens are kept instead of computed again. Default true.</summary>
    public bool? UseCache { get; init; }

    /// <summary>Scores are divided by it before drawing; greater than 0. Default 1.</summary>
    public double? Temperature { get; init; }
    /// <summary>Only so many of the likeliest tokens are drawn from; 0: from all. Default 50.</summary>
    public int? TopK { get; init; }
    /// <summary>Only the fewest likeliest tokens that together have this probability are drawn from; in (0, 1]. Default 1.</summary>
    public double? TopP { get; init; }
    /// <summary>Only tokens at least this share as likely as the likeliest are drawn from; in [0, 1].</summary>
    public double? MinP { get; init; }
    /// <summary>Only the likeliest tokens that hold this share of the entropy are drawn from; in (0, 1].</summary>
    public double? TopH { get; init; }
    /// <summary>Only the tokens nearest to the expected information that together have this probability are drawn from; in (0, 1]. Default 1.</summary>
    public double? TypicalP { get; init; }
    /// <summary>Only tokens of at least this probability are drawn from; in [0, 1). Default 0.</summary>
    public double? EpsilonCutoff { get; init; }
    /// <summary>As <see cref="EpsilonCutoff"/>, lower where many tokens are likely; in [0, 1). Default 0.</summary>
    public double? EtaCutoff { get; init; }

    /// <summary>Scores of tokens in the text are divided by it (multiplied where negative); greater than 1 discourages. Default 1.</summary>
    public double? RepetitionPenalty { get; init; }
    /// <summary>Exponent of the length by which a finished beam's score is divided; greater than 0 favours long texts. Default 1.</summary>
    public double? LengthPenalty { get; init; }
    /// <summary>Runs of so many tokens come once only. Default 0: off.</summary>
    public int? NoRepeatNgramSize { get; init; }
    /// <summary>Sequences of tokens that do not come.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? BadWordsIds { get; init; }
    /// <summary>Sequences of tokens that are made likelier or less likely.</summary>
    public IReadOnlyList<SequenceBias>? SequenceBias { get; init; }
    /// <summary>Whether scores are log-probabilities again after all changes. Default false.</summary>
    public bool? RenormalizeLogits { get; init; }
    /// <summary>The second token, after a prompt of one.</summary>
    public int? ForcedBosTokenId { get; init; }
    /// <summary>The last token where <see cref="MaxLength"/> is reached; one of these.</summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<int>? ForcedEosTokenId { get; init; }
    /// <summary>Whether scores that are no numbers become 0 and infinite ones the greatest. Default false.</summary>
    public bool? RemoveInvalidValues { get; init; }
    /// <summary>Makes the end likelier with each token.</summary>
    public LengthDecay? ExponentialDecayLengthPenalty { get; init; }
    /// <summary>Tokens that do not come.</summary>
    public IReadOnlyList<int>? SuppressTokens { get; init; }
    /// <summary>Tokens that do not come first.</summary>
    public IReadOnlyList<int>? BeginSuppressTokens { get; init; }

    /// <summary>Fills rows that end before others. Default: the first of <see cref="EosTokenId"/>.</summary>
    public int? PadTokenId { get; init; }
    /// <summary>Begins a text.</summary>
    public int? BosTokenId { get; init; }
    /// <summary>End a text; one number or a list in the file.</summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<int>? EosTokenId { get; init; }

    /// <summary>Fields of the file that this library does not know, kept for the next writer. Those that would change the text are refused when generating.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; init; }

    /// <summary>What this sets, and for the rest what <paramref name="fallback"/> sets.</summary>
    public GenerationConfig Or(GenerationConfig fallback)
    {
        ArgumentNullException.ThrowIfNull(fallback);
        return new GenerationConfig
        {
            MaxLength = MaxLength ?? fallback.MaxLength,
            MaxNewTokens = MaxNewTokens ?? fallback.MaxNewTokens,
            MinLength = MinLength ?? fallback.MinLength,
            MinNewTokens = MinNewTokens ?? fallback.MinNewTokens,
            EarlyStopping = EarlyStopping ?? fallback.EarlyStopping,
            MaxTime = MaxTime ?? fallback.MaxTime,
            StopStrings = StopStrings ?? fallback.StopStrings,
            DoSample = DoSample ?? fallback.DoSample,
            NumBeams = NumBeams ?? fallback.NumBeams,
            NumReturnSequences = NumReturnSequences ?? fallback.NumReturnSequences,
            UseCache = UseCache ?? fallback.UseCache,
            Temperature = Temperature ?? fallback.Temperature,
            TopK = TopK ?? fallback.TopK,
            TopP = TopP ?? fallback.TopP,
            MinP = MinP ?? fallback.MinP,
            TopH = TopH ?? fallback.TopH,
            TypicalP = TypicalP ?? fallback.TypicalP,
            EpsilonCutoff = EpsilonCutoff ?? fallback.EpsilonCutoff,
            EtaCutoff = EtaCutoff ?? fallback.EtaCutoff,
            RepetitionPenalty = RepetitionPenalty ?? fallback.RepetitionPenalty,
            LengthPenalty = LengthPenalty ?? fallback.LengthPenalty,
            NoRepeatNgramSize = NoRepeatNgramSize ?? fallback.NoRepeatNgramSize,
            BadWordsIds = BadWordsIds ?? fallback.BadWordsIds,
            SequenceBias = SequenceBias ?? fallback.SequenceBias,
            RenormalizeLogits = RenormalizeLogits ?? fallback.RenormalizeLogits,
            ForcedBosTokenId = ForcedBosTokenId ?? fallback.ForcedBosTokenId,
            ForcedEosTokenId = ForcedEosTokenId ?? fallback.ForcedEosTokenId,
            RemoveInvalidValues = RemoveInvalidValues ?? fallback.RemoveInvalidValues,
            ExponentialDecayLengthPenalty = ExponentialDecayLengthPenalty ?? fallback.ExponentialDecayLengthPenalty,
            SuppressTokens = SuppressTokens ?? fallback.SuppressTokens,
            BeginSuppressTokens = BeginSuppressTokens ?? fallback.BeginSuppressTokens,
            PadTokenId = PadTokenId ?? fallback.PadTokenId,
            BosTokenId = BosTokenId ?? fallback.BosTokenId,
            EosTokenId = EosTokenId ?? fallback.EosTokenId,
            AdditionalFields = AdditionalFields ?? fallback.AdditionalFields,
        };
    }
}
