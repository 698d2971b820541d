namespace PeftSharp.Data;

/// <summary>The part of a text file that becomes a row (<c>sample_by</c>).</summary>
public enum TextUnit
{
    /// <summary>A line (<c>line</c>).</summary>
    Line,

    /// <summary>A paragraph; paragraphs are separated by empty lines (<c>paragraph</c>).</summary>
    Paragraph,

    /// <summary>The whole file (<c>document</c>).</summary>
    Document,
}
