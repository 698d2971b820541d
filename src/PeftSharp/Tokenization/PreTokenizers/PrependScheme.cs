namespace PeftSharp.Tokenization;

/// <summary>The pieces of a text to which <see cref="Metaspace"/> adds its character.</summary>
internal enum PrependScheme
{
    /// <summary>All pieces: the words of the previous pre-tokenizer, or the text between added tokens.</summary>
    Always,

    /// <summary>The piece at the beginning of the text.</summary>
    First,

    /// <summary>No pieces.</summary>
    Never,
}
