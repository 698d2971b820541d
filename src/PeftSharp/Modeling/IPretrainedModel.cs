namespace PeftSharp.Modeling;

/// <summary>A model class that can be built from its configuration, which is what loading needs before there is an instance.</summary>
/// <remarks>Thread safety: the implementing class says which members can be called from several threads at once.</remarks>
/// <typeparam name="TSelf">The class itself.</typeparam>
/// <typeparam name="TConfig">Its configuration.</typeparam>
public interface IPretrainedModel<TSelf, TConfig>
    where TSelf : PretrainedModel
    where TConfig : PretrainedConfig
{
    /// <summary>A model whose weights are not set yet.</summary>
    /// <param name="config">The configuration.</param>
    static abstract TSelf Create(TConfig config);
}
