using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Text from a model: <c>model.Generate(prompt, maxNewTokens: 50)</c>, as in transformers.</summary>
public static class GenerationExtensions
{
    /// <summary>Writes on from each prompt. Options that are left out are the model's (<see cref="PretrainedModel.GenerationConfig"/>), then transformers' defaults.</summary>
    /// <remarks>
    /// The model runs without dropout: one in training mode is switched to evaluation mode for the time. Sampled tokens come from libtorch's generator (<c>torch.manual_seed</c>),
    /// or with <paramref name="seed"/> from one of this call. Several threads can generate with one model at once; give sampling calls a seed each.
    /// </remarks>
    /// <param name="model">A model that scores next tokens (<c>AutoModelForCausalLM</c>).</param>
    /// <param name="prompt">What texts begin with: a tensor of ids, inputs of a model, what a tokenizer gives. Several are padded on the left.</param>
    /// <param name="generationConfig">Options; those below go before it.</param>
    /// <param name="maxNewTokens">Most new tokens. Default 20.</param>
    /// <param name="maxLength">Most tokens of prompt and answer.</param>
    /// <param name="minNewTokens">Fewest new tokens.</param>
    /// <param name="doSample">Whether tokens are drawn by their probability. Default false.</param>
    /// <param name="temperature">Scores are divided by it before drawing. Default 1.</param>
    /// <param name="topK">Draws from so many of the likeliest tokens; 0: from all. Default 50.</param>
    /// <param name="topP">Draws from the fewest likeliest tokens that together have this probability. Default 1.</param>
    /// <param name="minP">Draws from tokens at least this share as likely as the likeliest.</param>
    /// <param name="typicalP">Draws from the most typical tokens that together have this probability. Default 1.</param>
    /// <param name="numBeams">Texts that are followed at once. Default 1.</param>
    /// <param name="numReturnSequences">Texts for each prompt. Default 1.</param>
    /// <param name="lengthPenalty">Exponent of the length by which a finished beam's score is divided. Default 1.</param>
    /// <param name="earlyStopping">When beam search gives up. Default false.</param>
    /// <param name="repetitionPenalty">Greater than 1 discourages tokens that are in the text. Default 1.</param>
    /// <param name="noRepeatNgramSize">Runs of so many tokens come once only. Default 0: off.</param>
    /// <param name="badWordsIds">Sequences of tokens that do not come.</param>
    /// <param name="padTokenId">Fills rows that end before others.</param>
    /// <param name="eosTokenId">Ends a text.</param>
    /// <param name="stopStrings">Strings that end a text; they need <paramref name="tokenizer"/>.</param>
    /// <param name="tokenizer">The tokenizer that belongs to the model; only for strings that end a text.</param>
    /// <param name="logitsProcessor">Rules of your own on the scores.</param>
    /// <param name="stoppingCriteria">Rules of your own for the end.</param>
    /// <param name="prefixAllowedTokensFn">From the number of the prompt and the text so far to the only ids that may come next.</param>
    /// <param name="streamer">Is given the tokens as they come.</param>
    /// <param name="adapter">The adapter that generates all texts, for a model with adapters; <c>__base__</c> is the base model. Default: the adapters of the current scope or of <c>SetAdapter</c>.</param>
    /// <param name="adapterNames">The adapter of each prompt, instead of <paramref name="adapter"/>.</param>
    /// <param name="seed">Seed of the random numbers of this call: the tokens are those after <c>torch.manual_seed(seed)</c>, whatever other threads sample. Default: libtorch's generator, shared by the process.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>Prompts and answers, int64 [prompts × returned, tokens], short ones filled with the padding token.</returns>
    /// <exception cref="ArgumentException">The model does not write, or the prompt or the options make no sense; the message names all that is wrong with the options.</exception>
    /// <exception cref="InvalidOperationException">No token may come next, the scores of the model are not finite, or an adapter is chosen although one is merged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Tensor Generate(
        this PretrainedModel model, Prompt prompt, GenerationConfig? generationConfig = null,
        int? maxNewTokens = null, int? maxLength = null, int? minNewTokens = null,
        bool? doSample = null, double? temperature = null, int? topK = null, double? topP = null, double? minP = null, double? typicalP = null,
        int? numBeams = null, int? numReturnSequences = null, double? lengthPenalty = null, EarlyStopping? earlyStopping = null,
        double? repetitionPenalty = null, int? noRepeatNgramSize = null, IReadOnlyList<IReadOnlyList<int>>? badWordsIds = null,
        int? padTokenId = null, int? eosTokenId = null, IReadOnlyList<string>? stopStrings = null, Tokenizer? tokenizer = null,
        IEnumerable<LogitsProcessor>? logitsProcessor = null, IEnumerable<StoppingCriteria>? stoppingCriteria = null,
        Func<int, IReadOnlyList<long>, IReadOnlyList<int>>? prefixAllowedTokensFn = null, BaseStreamer? streamer = null,
        string? adapter = null, IReadOnlyList<string>? adapterNames = null, long? seed = null, CancellationToken cancellationToken = default)
    {
        var asked = new GenerationConfig
        {
            MaxNewTokens = maxNewTokens,
            MaxLength = maxLength,
            MinNewTokens = minNewTokens,
            DoSample = doSample,
            Temperature = temperature,
            TopK = topK,
            TopP = topP,
            MinP = minP,
            TypicalP = typicalP,
            NumBeams = numBeams,
            NumReturnSequences = numReturnSequences,
            LengthPenalty = lengthPenalty,
            EarlyStopping = earlyStopping,
            RepetitionPenalty = repetitionPenalty,
            NoRepeatNgramSize = noRepeatNgramSize,
            BadWordsIds = badWordsIds,
            PadTokenId = padTokenId,
            EosTokenId = eosTokenId is { } eos ? [eos] : null,
            StopStrings = stopStrings,
        };
        return model.GenerateDetailed(prompt, asked.Or(generationConfig ?? new GenerationConfig()), tokenizer, logitsProcessor, stoppingCriteria, prefixAllowedTokensFn, streamer,
            adapter, adapterNames, seed, cancellationToken).Sequences;
    }

    /// <summary>As <see cref="Generate"/>, with what is known of each text beside it (Python's <c>return_dict_in_generate</c>).</summary>
    /// <returns>The texts and, with beams, their scores.</returns>
    /// <inheritdoc cref="Generate" path="//param|//exception"/>
    public static GenerationOutput GenerateDetailed(
        this PretrainedModel model, Prompt prompt, GenerationConfig? generationConfig = null, Tokenizer? tokenizer = null,
        IEnumerable<LogitsProcessor>? logitsProcessor = null, IEnumerable<StoppingCriteria>? stoppingCriteria = null,
        Func<int, IReadOnlyList<long>, IReadOnlyList<int>>? prefixAllowedTokensFn = null, BaseStreamer? streamer = null,
        string? adapter = null, IReadOnlyList<string>? adapterNames = null, long? seed = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        using var scope = NewDisposeScope();
        using var free = no_grad();
        using var running = model.Calls.CallInEvaluationMode(model);
        var asked = generationConfig ?? new GenerationConfig();
        using var generator = Generator(model, seed);
        var plan = new GenerationPlan(model, prompt, asked, Adapters(adapter, adapterNames), generator);
        var processors = new ProcessorChain(plan, logitsProcessor, prefixAllowedTokensFn);
        var criteria = new CriteriaChain(plan, stoppingCriteria, tokenizer);
        if (streamer is not null && plan.Prompts * plan.RowsPerPrompt > 1)
            throw new ArgumentException($"A streamer follows one text, but {plan.Prompts} prompt(s) with {plan.NumBeams} beam(s) and {plan.NumReturnSequences} returned text(s) are asked for.");
        var output = plan.NumBeams > 1 ? new BeamSearch(plan, processors, criteria).Run(cancellationToken) : TokenLoop.Run(plan, processors, criteria, streamer, cancellationToken);
        output.Sequences.MoveToOuterDisposeScope();
        output.SequencesScores?.MoveToOuterDisposeScope();
        return output;
    }

    private static IReadOnlyList<string>? Adapters(string? adapter, IReadOnlyList<string>? adapterNames) => adapter is null ? adapterNames
        : adapterNames is null ? [adapter]
        : throw new ArgumentException($"adapter is '{adapter}' and adapterNames is [{string.Join(", ", adapterNames)}]: give one of them.");

    private static Generator? Generator(PretrainedModel model, long? seed) => seed is { } number ? new Generator((ulong)number, model.Device) : null;
}
