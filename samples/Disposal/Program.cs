#region readme-disposal
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Bert;
using static TorchSharp.torch;

using var model = AutoModelForSequenceClassification.FromConfig(
    new BertConfig { VocabSize = 100, HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 64 },
    new PretrainedOptions { NumLabels = 3 });
model.eval();                                                   // no dropout

float[] probabilities;
using (no_grad())                                               // no gradients, so the inputs of layers are not kept in memory
{
    // Either dispose each object that owns tensors …
    using (var inputs = new ModelInputs { InputIds = tensor(new long[,] { { 2, 17, 45, 3 } }) })
    using (var output = model.call(inputs))
    using (var scores = output.Logits!.softmax(-1))             // a new tensor, which you dispose too
        probabilities = scores.data<float>().ToArray();         // a copy: valid after the tensor is disposed

    // … or open a dispose scope. When it is closed, it disposes all tensors that were created while it was open.
    using (NewDisposeScope())
    {
        var inputs = new ModelInputs { InputIds = tensor(new long[,] { { 2, 17, 45, 3 } }) };
        var scores = model.call(inputs).Logits!.softmax(-1);
        probabilities = scores.data<float>().ToArray();
    }
}

// To return a tensor from a scope, move it to the outer scope. The caller disposes it.
using var best = Best(model);
Console.WriteLine($"class {best.item<long>()}, {probabilities.Max():F3}");

static Tensor Best(PretrainedModel model)
{
    using var scope = NewDisposeScope();
    using var _ = no_grad();
    var inputs = new ModelInputs { InputIds = tensor(new long[,] { { 2, 17, 45, 3 } }) };
    return model.call(inputs).Logits!.argmax(-1).MoveToOuterDisposeScope();
}
#endregion
