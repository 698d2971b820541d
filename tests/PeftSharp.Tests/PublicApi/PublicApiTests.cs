using System.Reflection;
using PublicApiGenerator;

namespace PeftSharp.Tests.PublicApi;

/// <summary>The public surface is one text file in the repository, so that a change of it is a visible line of a change.</summary>
public sealed class PublicApiTests
{
    private const string Approve = "PEFTSHARP_APPROVE";

    [Theory, InlineData("PeftSharp"), InlineData("PeftSharp.MLTokenizers"), InlineData("PeftSharp.Vision")]
    [InlineData("PeftSharp.DataView")]
    public void The_public_API_is_the_approved_one(string assembly)
    {
        var path = Path.Combine(ReferenceRoot.Repository, "tests", "PeftSharp.Tests", "PublicApi", $"{assembly}.approved.txt");
        var found = Assembly.Load(assembly).GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false })
            .ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable(Approve) == "1")
            File.WriteAllText(path, found);

        var approved = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (approved == found) return;
        var (before, after) = (approved.Split('\n'), found.Split('\n'));
        Assert.Fail("The public API is not the approved one. "
            + $"New or changed:\n{Lines(after.Except(before))}\nRemoved or changed:\n{Lines(before.Except(after))}\n"
            + $"If this is intended, approve it and commit the file: {Approve}=1 dotnet test --filter {nameof(PublicApiTests)}");
    }

    private static string Lines(IEnumerable<string> lines) =>
        string.Join('\n', lines.Take(40).Select(line => "    " + line.Trim()).DefaultIfEmpty("    (nothing; only the order differs)"));
}
