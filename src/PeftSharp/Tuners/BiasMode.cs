namespace PeftSharp.Tuners;

/// <summary>Which bias vectors of the base model are trained beside the adapter. Unlike the adapter they are written in place: with the adapter off, they stay changed.</summary>
public enum BiasMode
{
    /// <summary><c>none</c>: the base model stays as it is.</summary>
    None,
    /// <summary><c>all</c>: every bias of the model.</summary>
    All,
    /// <summary><c>lora_only</c>: those of the adapted layers.</summary>
    LoraOnly,
}
