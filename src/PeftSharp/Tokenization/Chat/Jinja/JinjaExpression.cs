namespace PeftSharp.Tokenization;

/// <summary>Computes the value of an expression.</summary>
internal delegate object? JinjaExpression(JinjaFrame frame);
