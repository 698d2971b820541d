using PeftSharp.Internal;
using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Text generation with a causal language model.</summary>
public static class GenerationExtensions
{
    /// <summary>Generates a continuation of each prompt.</summary>
    /// <remarks>
    /// The model runs in evaluation mode. A model in training mode is switched to evaluation mode during the call. Random numbers for
    /// sampling come from libtorch's default generator (<c>Seed.Set</c>). If <see cref="GenerationOptions.Seed"/> is set, the random
    /// numbers come from a separate generator of this call. Several threads can generate with one model at once; set a seed for each call
    /// that samples.
    /// </remarks>
    /// <param name="model">A causal language model (<c>AutoModelForCausalLM</c>).</param>
    /// <param name="prompt">
    /// The prompts: a tensor of ids, inputs of a model, or the output of a tokenizer. Prompts of different lengths must be padded on the
    /// left.
    /// </param>
    /// <param name="options">Options of the call. Null: the defaults of the model.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>The sequences and, if requested in the options, the scores. The caller disposes the result.</returns>
    /// <exception cref="ArgumentException">
    /// The model cannot generate text, or the prompt or the options are invalid. If several settings of <see cref="GenerationConfig"/> are
    /// out of range, the message lists all of them.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The options exclude all tokens, the logits of the model are not finite, or an adapter is selected while an adapter is merged. The
    /// exception is also thrown if a custom processor, a custom criterion or <see cref="GenerationOptions.PrefixAllowedTokens"/> returns an
    /// invalid result.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static GenerationOutput Generate(
        this PretrainedModel model, Prompt prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        model.ThrowIfDisposed();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var running = model.Calls.CallInEvaluationMode(model);
        using var generator = options.Seed is { } seed ? new Generator((ulong)seed, model.Device) : null;
        var plan = new GenerationPlan(model, prompt, options, generator);
        var processors = new ProcessorChain(plan, options.LogitsProcessors, options.PrefixAllowedTokens);
        var criteria = new CriteriaChain(plan, options.StoppingCriteria, options.Tokenizer);
        if (options.Streamer is not null && plan.Prompts * plan.RowsPerPrompt > 1)
            throw new ArgumentException($"A streamer supports one sequence, but the call has {Quantity.Of(plan.Prompts, "prompt")}, "
                + $"{Quantity.Of(plan.NumBeams, "beam")} and {Quantity.Of(plan.NumReturnSequences, "returned sequence")} for each prompt. "
                + "Remove the streamer, or generate one sequence without beam search.");
        var output = plan.NumBeams > 1
            ? new BeamSearch(plan, processors, criteria).Run(cancellationToken)
            : TokenLoop.Run(plan, processors, criteria, options.Streamer, cancellationToken);
        return output.MoveToOuterDisposeScope();
    }
}
