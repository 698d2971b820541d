namespace PeftSharp.Modeling;

/// <summary>The configuration of a <see cref="ModuleModel"/>: number and names of the labels, for objectives that use them.</summary>
public sealed record ModuleConfig : PretrainedConfig
{
    /// <inheritdoc/>
    public override ModelFamily Family => ModuleFamily.Instance;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors() => [];

    private sealed class ModuleFamily : ModelFamily<ModuleConfig>
    {
        internal static ModuleFamily Instance { get; } = new();

        public override string ModelType => "module";

        public override string BaseModelPrefix => "module";
    }
}
