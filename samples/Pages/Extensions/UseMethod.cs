#region readme-method-program-usings
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using PeftSharp.Tuners;
#endregion

namespace Pages.Extensions;

/// <summary>A model with an adapter of the method of <c>docs/add-a-tuner.md</c>.</summary>
internal static class UseMethod
{
    internal static void Run()
    {
        #region readme-method-program
        PeftMethods.Register<ParallelConfig>();                            // before the first file of the method is read

        var config = new BertConfig
        {
            VocabSize = 100, HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64, NumLabels = 2,
        };
        using (var model = AutoModelForSequenceClassification.FromConfig(config)) model.SavePretrained("parallel-base");

        using (var model = AutoModelForSequenceClassification.FromPretrained("parallel-base")
            .GetPeftModel(new ParallelConfig { BottleneckSize = 4, TaskType = TaskType.SeqCls }))
        {
            model.PrintTrainableParameters(Console.Out);
            model.SavePretrained("parallel-adapter");
        }

        using var loaded = PeftModel.FromPretrained(AutoModelForSequenceClassification.FromPretrained("parallel-base"), "parallel-adapter");
        Console.WriteLine(loaded.PeftConfigs["default"].PeftType);         // PARALLEL
        #endregion
    }
}
