using System.Text;
using Apache.Arrow.Types;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Collects strings as UTF-8.</summary>
internal sealed class TextAppender : BytesAppender
{
    internal override IArrowType Type => StringType.Default;

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        for (var i = start; i < start + count; i++)
            if (data.IsNull(i))
                AppendPlaceholders(1);
            else if (data is MappedTextData mapped)                         // the mapped text is UTF-8 already
                mapped.CopyBytes(i, Append(mapped.ByteCount(i)));
            else
                AppendText((data as ReferenceData<string> ?? throw Unexpected(data, Type))[i]!);
    }

    private void AppendText(string text)
    {
        try
        {
            StrictUtf8.Encoding.GetBytes(text, Append(StrictUtf8.Encoding.GetByteCount(text)));
        }
        catch (EncoderFallbackException error)
        {
            throw new DatasetException("A text contains half of a surrogate pair, so it cannot be saved as UTF-8 "
                + $"({error.Message}). Remove the character with Map.", error);
        }
    }
}
