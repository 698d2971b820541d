namespace PeftSharp.Tokenization;

/// <summary>Which pieces of a text <see cref="Metaspace"/> puts its character before.</summary>
internal enum PrependScheme
{
    /// <summary>Every piece between added tokens.</summary>
    Always,

    /// <summary>The piece at the beginning of the text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}
