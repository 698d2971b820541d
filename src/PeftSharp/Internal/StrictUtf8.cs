using System.Text;

namespace PeftSharp.Internal;

/// <summary>UTF-8 that throws for bytes and characters that are not valid, instead of replacing them.</summary>
internal static class StrictUtf8
{
    /// <summary>The encoding, without a byte order mark.</summary>
    internal static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
