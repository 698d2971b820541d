namespace PeftSharp.Modeling;

/// <summary>
/// A model class that can be created from its configuration. The loading methods create the model through this interface.
/// </summary>
/// <remarks>Thread safety: the implementing class documents which members can be called from several threads at once.</remarks>
/// <typeparam name="TSelf">The implementing class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public interface IPretrainedModel<TSelf, TConfig>
    where TSelf : PretrainedModel
    where TConfig : PretrainedConfig
{
    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="config">The configuration.</param>
    static abstract TSelf Create(TConfig config);
}
