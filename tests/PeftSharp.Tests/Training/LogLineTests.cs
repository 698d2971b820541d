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

    [Fact]
    public void The_text_has_four_digits_of_each_value_as_in_python_and_the_fields_are_exact()
    {
        var line = new LogLine(new OrderedDictionary<string, double>
        {
            ["loss"] = 0.69314718, ["learning_rate"] = 2e-5, ["total_flos"] = 1234567.0, ["epoch"] = 1, ["step"] = 123456,
        });
        Assert.Equal("loss = 0.6931, learning_rate = 2e-05, total_flos = 1.235e+06, epoch = 1, step = 123456", line.ToString());
        line.Select(field => field.Value).Take(3).Should().Equal(0.69314718, 2e-5, 1234567.0);
    }
}
