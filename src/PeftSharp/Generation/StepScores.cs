using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>The scores of each step that the caller wants to see.</summary>
/// <param name="options">Says which.</param>
internal sealed class StepScores(GenerationOptions options)
{
    private readonly List<Tensor> _logits = [], _scores = [];

    /// <summary>The model's logits of each step.</summary>
    internal IReadOnlyList<Tensor> Logits => _logits;

    /// <summary>The scores of each step after the processors.</summary>
    internal IReadOnlyList<Tensor> Scores => _scores;

    /// <summary>Keeps a step's logits; they outlive the dispose scope of the step.</summary>
    /// <param name="logits">Float32 [rows, vocabulary].</param>
    /// <returns><paramref name="logits"/>.</returns>
    internal Tensor AddLogits(Tensor logits)
    {
        if (options.OutputLogits) _logits.Add(logits.clone().MoveToOuterDisposeScope());
        return logits;
    }

    /// <summary>Keeps a step's scores; they outlive the dispose scope of the step.</summary>
    /// <param name="scores">Float32 [rows, vocabulary].</param>
    /// <returns><paramref name="scores"/>.</returns>
    internal Tensor AddScores(Tensor scores)
    {
        if (options.OutputScores) _scores.Add(scores.clone().MoveToOuterDisposeScope());
        return scores;
    }
}
