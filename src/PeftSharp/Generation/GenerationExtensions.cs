using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Text generation with a causal language model.</summary>
public static class GenerationExtensions
{
    /// <summary>Generates a continuation of each prompt.</summary>
    /// <remarks>
    /// The model runs without dropout: one in training mode is switched to evaluation mode for the time. Sampled tokens come from libtorch's generator (<c>torch.manual_seed</c>),
    /// or with <see cref="GenerationOptions.Seed"/> from one of this call. Several threads can generate with one model at once; give sampling calls a seed each.
    /// </remarks>
    /// <param name="model">A model that scores next tokens (<c>AutoModelForCausalLM</c>).</param>
    /// <param name="prompt">The start of each text: a tensor of ids, inputs of a model, or what a tokenizer returns. Several are padded on the left.</param>
    /// <param name="options">Options of the call. Null: those of the model.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>The sequences and, on request, their scores. Dispose it.</returns>
    /// <exception cref="ArgumentException">The model does not score next tokens, or the prompt or the options make no sense; the message names all that is wrong with the options.</exception>
    /// <exception cref="InvalidOperationException">No token may come next, the scores of the model are not finite, or an adapter is chosen although one is merged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static GenerationOutput Generate(this PretrainedModel model, Prompt prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        using var scope = NewDisposeScope();
        using var free = no_grad();
        using var running = model.Calls.CallInEvaluationMode(model);
        using var generator = options.Seed is { } seed ? new Generator((ulong)seed, model.Device) : null;
        var plan = new GenerationPlan(model, prompt, options, generator);
        var processors = new ProcessorChain(plan, options.LogitsProcessors, options.PrefixAllowedTokens);
        var criteria = new CriteriaChain(plan, options.StoppingCriteria, options.Tokenizer);
        if (options.Streamer is not null && plan.Prompts * plan.RowsPerPrompt > 1)
            throw new ArgumentException($"A streamer follows one text, but {plan.Prompts} prompt(s) with {plan.NumBeams} beam(s) and {plan.NumReturnSequences} returned text(s) are asked for.");
        var output = plan.NumBeams > 1 ? new BeamSearch(plan, processors, criteria).Run(cancellationToken) : TokenLoop.Run(plan, processors, criteria, options.Streamer, cancellationToken);
        return output.MoveToOuterDisposeScope();
    }
}
