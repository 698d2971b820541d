namespace PeftSharp.Tests.Processes;

/// <summary>Tokenizers do not depend on the globalization data and the culture of the process.</summary>
public sealed class CultureTests
{
    [SkippableTheory, Trait("Category", "Parity")]
    [InlineData("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1", "", true), InlineData("LANG", "tr_TR.UTF-8", "tr-TR", false)]
    [InlineData("LANG", "ar_SA.UTF-8", "ar-SA", false)]
    public void All_recorded_tokenizers_give_the_values_of_Python_in_a_process(
        string variable, string value, string culture, bool isInvariant)
    {
        Skip.If(ReferenceRoot.TryFind("tokenizers") is null, "This root has no recorded tokenizers.");
        var result = ChildProcess.Run(nameof(Programs.RecordedTokenizers), ("LC_ALL", null), (variable, value)).Split('|');
        Skip.If(!isInvariant && result[0] != culture, $"This system has no culture {culture}.");
        Assert.Equal((culture, isInvariant, ""), (result[0], bool.Parse(result[1]), result[3]));
        int.Parse(result[2], System.Globalization.CultureInfo.InvariantCulture).Should().BeGreaterThan(5);
        Assert.Equal(Programs.RecordedTokenizers().Split('|')[4], result[4]);                      // the trained vocabularies, too
    }
}
