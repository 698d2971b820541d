namespace PeftSharp.Tokenization;

/// <summary>The options of a part of a regular expression: <c>(?imx)</c>.</summary>
/// <param name="IgnoresCase">i: letters match without regard to case.</param>
/// <param name="DotMatchesLineEnd">m: <c>.</c> matches the end of a line too.</param>
/// <param name="IsExtended">x: white space and comments in the expression are ignored.</param>
internal readonly record struct RegexOptionFlags(bool IgnoresCase, bool DotMatchesLineEnd, bool IsExtended);
