using Pages.Extensions;
using PeftSharp.Models;
using PeftSharp.Tests.Models;

namespace PeftSharp.Tests.Docs.Examples;

/// <summary>The family of docs/add-a-model.md passes the tests of all families.</summary>
public sealed class OwnFamilyTests : ModelFamilyTests<NotesConfig>
{
    static OwnFamilyTests() => ModelFamilies.Register(NotesFamily.Instance);

    protected override NotesConfig Tiny => new()
    {
        VocabSize = 31, HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 24, MaxPositionEmbeddings = 16,
        PoolWidth = 8, HiddenDropoutProb = 0, AttentionProbsDropoutProb = 0, NumLabels = 3, PadTokenId = 0,
    };

    protected override bool IsCausal => false;
}
