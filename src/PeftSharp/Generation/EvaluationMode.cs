using PeftSharp.Modeling;

namespace PeftSharp.Generation;

/// <summary>A model in evaluation mode (no dropout) for a while, then in the mode that it was in.</summary>
internal readonly struct EvaluationMode : IDisposable
{
    private readonly PretrainedModel? _training;

    internal EvaluationMode(PretrainedModel model)
    {
        _training = model.training ? model : null;
        _training?.eval();
    }

    public void Dispose() => _training?.train();
}
