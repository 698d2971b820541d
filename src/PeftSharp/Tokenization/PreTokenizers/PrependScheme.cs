namespace PeftSharp.Tokenization;

/// <summary>Which pieces of a text <see cref="Metaspace"/> adds its character to.</summary>
internal enum PrependScheme
{
    /// <summary>All pieces between added tokens.</summary>
    Always,

    /// <summary>The piece at the beginning of the text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}
