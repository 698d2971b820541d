using System.Globalization;

namespace PeftSharp.Tests.Processes;

/// <summary>Tokenizers do not depend on the globalization data and the culture of the process.</summary>
public sealed class CultureTests
{
    [SkippableTheory, Trait("Category", "Parity")]
    [InlineData("1", "C.UTF-8", ""), InlineData("0", "tr_TR.UTF-8", "tr-TR"), InlineData("0", "ar_SA.UTF-8", "ar-SA")]
    public void All_recorded_tokenizers_give_the_values_of_Python_in_a_process(string isInvariant, string language, string culture)
    {
        Skip.If(ReferenceRoot.TryFind("tokenizers") is null, "This root has no recorded tokenizers.");
        var (exitCode, output, error) = ChildProcess.Start(nameof(Programs.RecordedTokenizers),
            ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", isInvariant), ("LC_ALL", null), ("LANG", language));
        Skip.If(exitCode != 0 && error.Contains("ICU", StringComparison.Ordinal), "This system has no ICU.");
        exitCode.Should().Be(0, error);
        var result = output.Split('|');
        Assert.Equal((culture, isInvariant == "1", ""), (result[0], bool.Parse(result[1]), result[3]));
        int.Parse(result[2], CultureInfo.InvariantCulture).Should().BeGreaterThan(5);
        Assert.Equal(Programs.RecordedTokenizers().Split('|')[4], result[4]);                      // the trained vocabularies, too
    }
}
