using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Collects, for each step, the scores that the caller requested.</summary>
/// <param name="options">The options, which determine the scores to collect.</param>
internal sealed class StepScores(GenerationOptions options)
{
    private readonly List<Tensor> _logits = [], _scores = [];

    /// <summary>The model's logits of each step.</summary>
    internal IReadOnlyList<Tensor> Logits => _logits;

    /// <summary>The scores of each step after the processors.</summary>
    internal IReadOnlyList<Tensor> Scores => _scores;

    /// <summary>Stores a copy of the logits of a step, which is not disposed with the dispose scope of the step.</summary>
    /// <param name="logits">Float32 [rows, vocabulary].</param>
    /// <returns><paramref name="logits"/>.</returns>
    internal Tensor AddLogits(Tensor logits)
    {
        if (options.OutputLogits) _logits.Add(logits.clone().MoveToOuterDisposeScope());
        return logits;
    }

    /// <summary>Stores a copy of the scores of a step, which is not disposed with the dispose scope of the step.</summary>
    /// <param name="scores">Float32 [rows, vocabulary].</param>
    /// <returns><paramref name="scores"/>.</returns>
    internal Tensor AddScores(Tensor scores)
    {
        if (options.OutputScores) _scores.Add(scores.clone().MoveToOuterDisposeScope());
        return scores;
    }
}
