using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class ParameterTests
{
    [Fact]
    public void Parameters_of_one_primitive_type_do_not_stand_side_by_side() =>
        Offence.AssertNone("Adjacent parameters of one primitive type can be swapped unseen:",
            Repository.SourcesUnder("src").SelectMany(ParameterRule.Check));

    [Fact]
    public void Rule_finds_methods_constructors_records_and_local_functions()
    {
        const string text = """
            record struct R(long A, long B);
            class C(string a, string? b)
            {
                C(int a, int? b, int c) : this("", "") { }
                void M(byte a, uint b, uint c) { void L(bool x, bool y) { } }
                bool TryN(out int a, out int b) => false;
            }
            """;

        Offence.AssertFound(ParameterRule.Check(SourceFile.Parse("src/P/A.cs", text)),
            "R(long A, long B)",
            "C(string a, string? b)",
            "C(int a, int? b)",
            "C(int? b, int c)",
            "M(uint b, uint c)",
            "L(bool x, bool y)",
            "TryN(out int a, out int b)");
    }

    [Fact]
    public void Rule_accepts_native_functions_overrides_and_other_types()
    {
        const string text = """
            class C
            {
                [LibraryImport("c")] static partial int Open(int a, int b);
                static extern int Close(int a, int b);
                public override int Read(byte[] buffer, int offset, int count) => 0;
                int System.IThing.Read(int offset, int count) => 0;
                void M(int a, long b, int c, TimeSpan d, TimeSpan e, params int[] f) { }
                bool TryN(int a, out int b) => false;
            }
            """;

        Offence.AssertFound(ParameterRule.Check(SourceFile.Parse("src/P/A.cs", text)));
        Offence.AssertFound(ParameterRule.Check(SourceFile.Parse("src/P/Interop/A.cs", "class A { void M(int a, int b) { } }")));
    }
}
