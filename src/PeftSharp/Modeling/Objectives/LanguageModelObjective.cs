using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The base class of objectives that predict a token of the vocabulary at each position. Their loss can be computed from hidden states
/// without materializing all logits.
/// </summary>
/// <remarks>Thread safety: the library calls one instance from several threads at once; keep derived classes immutable.</remarks>
public abstract class LanguageModelObjective : Objective
{
    private protected LanguageModelObjective() { }

    /// <summary>The label that each position predicts, int64 [batch, tokens].</summary>
    /// <param name="labels">Int64 [batch, tokens], as passed by the caller; -100 is ignored.</param>
    internal abstract Tensor Targets(Tensor labels);

    /// <inheritdoc/>
    public override void CheckLabels(ModelInputs inputs, PretrainedConfig config)
    {
        if (inputs.Labels is not { } labels) return;
        if (labels.dim() != 2)
            throw new DatasetException($"'labels' has shape [{string.Join(", ", labels.shape)}], but a language model needs a label for "
                + "each token, [batch, tokens]. Pass a DataCollatorForLanguageModeling: it creates the labels from the tokens and "
                + "replaces the column 'labels'.");
        var tokens = ((TextConfig)config).VocabSize;
        InputCheck.Labels(labels, tokens, remedy: $"Labels are token ids from 0 to {tokens - 1} (vocab_size), and {InputCheck.Ignored} is "
            + "ignored: use the tokenizer that belongs to this model, or correct the column");
    }
}
