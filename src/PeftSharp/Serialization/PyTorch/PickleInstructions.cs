namespace PeftSharp.Serialization;

/// <summary>Names of the instructions of pickles that are rejected, for error messages.</summary>
internal static class PickleInstructions
{
    internal static string Describe(byte code) => (char)code switch
    {
        'i' => "the instruction INST (create an object)",
        'o' => "the instruction OBJ (create an object)",
        '\x81' => "the instruction NEWOBJ (create an object)",
        '\x92' => "the instruction NEWOBJ_EX (create an object)",
        '\x82' or '\x83' or '\x84' => "the instruction EXT (a registered object)",
        'P' => "the instruction PERSID (a reference as text)",
        '\x97' => "the instruction NEXT_BUFFER (a buffer outside the file)",
        '\x98' => "the instruction READONLY_BUFFER (a buffer outside the file)",
        'I' or 'L' or 'F' or 'S' or 'V' or 'p' or 'g' => $"the instruction '{(char)code}' of protocol 0",
        _ => $"the instruction 0x{code:x2}",
    };
}
