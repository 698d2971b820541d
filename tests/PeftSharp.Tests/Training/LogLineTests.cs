using PeftSharp.Training;

namespace PeftSharp.Tests.Training;

/// <summary>A log line has a field for each value.</summary>
public sealed class LogLineTests
{
    [Fact]
    public void Each_value_is_a_field_in_csharp_case_and_the_text_is_that_of_python()
    {
        var line = new LogLine(new OrderedDictionary<string, double> { ["loss"] = 0.5, ["grad_norm"] = 2, ["eval_f1"] = 1, ["step"] = 3 });
        line.Select(field => (field.Key, field.Value!))
            .Should().Equal([("Loss", 0.5), ("GradNorm", 2.0), ("EvalF1", 1.0), ("Step", (object)3),
                ("{OriginalFormat}", "loss = {Loss}, grad_norm = {GradNorm}, eval_f1 = {EvalF1}, step = {Step}")]);
        Assert.Equal("loss = 0.5, grad_norm = 2, eval_f1 = 1, step = 3", line.ToString());
    }
}
