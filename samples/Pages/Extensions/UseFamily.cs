#region readme-family-program-usings
using PeftSharp.Models;
#endregion

namespace Pages.Extensions;

/// <summary>A model of the family of <c>docs/add-a-model.md</c>.</summary>
internal static class UseFamily
{
    internal static void Run()
    {
        #region readme-family-program
        ModelFamilies.Register(NotesFamily.Instance);                           // before the first model of the family

        var config = new NotesConfig
        {
            VocabSize = 100, HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64,
            PoolWidth = 16, NumLabels = 2,
        };
        using (var made = AutoModelForSequenceClassification.FromConfig(config)) made.SavePretrained("notes-model");

        using var model = AutoModelForSequenceClassification.FromPretrained("notes-model");
        Console.WriteLine($"{model.GetType().Name}: {model.parameters().Sum(parameter => parameter.numel())} weights");
        #endregion
    }
}
