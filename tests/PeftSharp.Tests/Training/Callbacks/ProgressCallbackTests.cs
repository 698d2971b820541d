using System.Globalization;
using PeftSharp.Training;

namespace PeftSharp.Tests.Training.Callbacks;

public sealed class ProgressCallbackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_gets_one_line_for_each_log_line_in_plain_numbers_of_any_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = "," } };
            using var output = new StringWriter();
            var trainer = Run(output, showsBar: false);
            var lines = output.ToString().Split(Environment.NewLine)[..^1];
            lines.Should().HaveSameCount(trainer.State.LogHistory);
            foreach (var (line, entries) in lines.Zip(trainer.State.LogHistory))
            {
                line.Should().StartWith($"step {entries["step"],5}/8");
                foreach (var (name, value) in entries.Where(entry => entry.Key != "step"))
                    line.Should().Contain($"{name} {value.ToString("g4", CultureInfo.InvariantCulture)}");
            }
        }
        finally { CultureInfo.CurrentCulture = culture; }
    }

    [Fact]
    public void A_terminal_shows_a_bar_that_ends_full_and_is_cleared_before_each_line()
    {
        using var output = new StringWriter();
        Run(output, showsBar: true);
        var text = output.ToString();
        Assert.Contains($"training {new string('█', 24)} 8/8", text, StringComparison.Ordinal);
        Assert.Contains($"evaluation {new string('█', 24)} 2/2", text, StringComparison.Ordinal);
        // What a terminal shows at the end: a carriage return goes back to the start of the line, and new text overwrites the old text.
        foreach (var line in text.Split(Environment.NewLine))
        {
            var shown = "";
            foreach (var part in line.Split('\r')) shown = part + (shown.Length > part.Length ? shown[part.Length..] : "");
            shown.Should().NotContain("█");
        }
    }

    private Trainer Run(StringWriter output, bool showsBar)
    {
        var args = TinyRun.Arguments(_folder) with { LoggingSteps = 3, EvalStrategy = IntervalStrategy.Epoch };
        var trainer = TinyRun.Trainer(args, evaluation: TinyRun.Rows(9), callbacks: new ProgressCallback(output, showsBar));
        trainer.Train();
        return trainer;
    }
}
