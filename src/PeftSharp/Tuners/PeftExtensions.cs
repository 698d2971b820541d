using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>What makes a model an adapted one.</summary>
public static class PeftExtensions
{
    /// <summary>Freezes a model and puts an adapter on it, in place: the model inside is this one (peft's <c>get_peft_model</c>).</summary>
    /// <param name="model">The base model; it is disposed with the result.</param>
    /// <param name="config">The method and its options, such as a <see cref="LoraConfig"/>.</param>
    /// <param name="adapterName">The adapter's name.</param>
    /// <exception cref="ArgumentException">The configuration makes no sense, or names layers that the model lacks; then the model is as it was.</exception>
    public static PeftModel<TModel> GetPeftModel<TModel>(this TModel model, PeftConfig config, string adapterName = AdapterNames.Default) where TModel : PretrainedModel
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(config);
        var peft = new PeftModel<TModel>(model, config);
        peft.Start(adapterName, () => peft.AddAdapter(adapterName, config));
        return peft;
    }
}
