using PeftSharp.Modeling;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>
/// Gives the base model's parameters the names that peft uses for tuning methods that adapt layers. The names begin with
/// <c>base_model.model.</c>
/// </summary>
internal sealed class PeftRoot : Module
{
    [ComponentName(Name = "model")] private PretrainedModel? _model;

    internal PeftRoot(PretrainedModel model) : base(nameof(PeftRoot))
    {
        _model = model;
        RegisterComponents();
    }

    /// <summary>Releases the model, which is then not disposed with this module.</summary>
    internal void Release()
    {
        _model = null;
        register_module("model", null!);
    }
}
