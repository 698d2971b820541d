namespace PeftSharp.Tokenization;

/// <summary>Executes a statement.</summary>
internal delegate JinjaFlow JinjaStatement(JinjaFrame frame);
