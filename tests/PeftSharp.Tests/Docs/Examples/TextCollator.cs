using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using TorchSharp;

namespace PeftSharp.Tests.Docs.Examples;

#region readme-text-collator
/// <summary>Tokenizes the text of each batch when the batch is made.</summary>
internal sealed class TextCollator(Tokenizer tokenizer, int maxLength) : IDataCollator
{
    public ModelInputs Collate(IReadOnlyList<Row> rows)
    {
        var encoded = tokenizer.Encode([.. rows.Select(row => row.Text("text"))], truncation: true, padding: true, maxLength: maxLength);
        return new ModelInputs
        {
            InputIds = ToTensor(encoded.InputIds),
            AttentionMask = ToTensor(encoded.AttentionMask),
            Labels = torch.tensor([.. rows.Select(row => row.Int64("label"))]),
        };
    }

    private static torch.Tensor ToTensor(int[][] values) => torch.tensor(values.SelectMany(row => row).Select(value => (long)value).ToArray()).reshape(values.Length, -1);
}
#endregion
