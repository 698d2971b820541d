using System.Text.Json.Nodes;

namespace PeftSharp.Tuners;

/// <summary>A field of <c>adapter_config.json</c> that the library does not use.</summary>
/// <param name="Name">The name of the field, such as <c>use_qalora</c>.</param>
/// <param name="Default">The value that disables the field; it is written to files.</param>
/// <param name="IsRejected">
/// Whether a file with another value is rejected. If false, the value is kept in <see cref="PeftConfig.AdditionalFields"/>. Use false for a
/// field on which a trained adapter does not depend.
/// </param>
public sealed record UnusedField(string Name, JsonNode? Default, bool IsRejected);
