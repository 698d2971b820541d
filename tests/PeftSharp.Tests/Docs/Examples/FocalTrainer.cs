using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training;
using TorchSharp;

namespace PeftSharp.Tests.Docs.Examples;

#region readme-subclass
/// <summary>Trains with the focal loss (Lin et al. 2017, arXiv:1708.02002), which counts hard examples more.</summary>
internal sealed class FocalTrainer(PretrainedModel model, TrainingArguments args, Dataset trainDataset, IDataCollator dataCollator, double gamma = 2)
    : Trainer(model, args, trainDataset, dataCollator: dataCollator)
{
    protected override (torch.Tensor? Loss, ModelOutput Outputs) ComputeLoss(PretrainedModel model, ModelInputs inputs, ForwardOptions options)
    {
        var outputs = model.call(inputs, options);
        var logProbabilities = torch.nn.functional.log_softmax(outputs.Logits!, dim: -1).gather(1, inputs.Labels!.unsqueeze(1)).squeeze(1);
        return ((-(1 - logProbabilities.exp()).pow(gamma) * logProbabilities).mean(), outputs);
    }
}
#endregion
