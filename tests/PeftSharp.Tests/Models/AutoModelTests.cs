using System.Reflection;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Llama;

namespace PeftSharp.Tests.Models;

/// <summary>The classes that load a model of any family for a task.</summary>
public sealed class AutoModelTests
{
    [Fact]
    public void Every_task_has_a_class_of_its_name()
    {
        var tasks = typeof(ModelTask).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(task => (ModelTask)task.GetValue(null)!);
        foreach (var task in tasks)
            typeof(AutoModel).Assembly.GetType(
                task == ModelTask.FeatureExtraction ? "PeftSharp.Models.AutoModel" : $"PeftSharp.Models.AutoModelFor{task}")
                .Should().NotBeNull($"{task} has a class");
    }

    [Fact]
    public void A_task_that_a_family_does_not_have_is_refused_with_those_that_have_it()
    {
        var message = FluentActions.Invoking(() => AutoModelForMaskedLM.FromConfig(new LlamaConfig()))
            .Should().ThrowExactly<CheckpointException>().Which.Message;
        message.Should().Contain("'llama' has no model for MaskedLM").And.Contain("CausalLM").And.Contain("deberta-v2, distilbert");
    }
}
