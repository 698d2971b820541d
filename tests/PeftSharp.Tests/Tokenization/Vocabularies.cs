namespace PeftSharp.Tests.Tokenization;

/// <summary>
/// The tokenizers' folders: small ones among the fixtures, real ones in a folder <c>shared/tokenizers</c> near the repository where a
/// machine has it.
/// </summary>
internal static class Vocabularies
{
    internal static string Require(string name)
    {
        string[] places =
        [
            Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "tokenizers", name),
            Path.Combine(ReferenceRoot.Repository, "..", "shared", "tokenizers", name),
            Path.Combine(ReferenceRoot.Repository, "..", "..", "shared", "tokenizers", name),
        ];
        var found = places.FirstOrDefault(Directory.Exists);
        Skip.If(found is null, $"There is no folder of the tokenizer {name} on this machine.");
        return Path.GetFullPath(found!);
    }
}
