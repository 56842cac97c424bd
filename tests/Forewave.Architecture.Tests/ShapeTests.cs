using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class ShapeTests
{
    [Fact]
    public void Files_hold_one_type_in_the_namespace_of_their_folder() =>
        Offence.AssertNone("One top-level type per file, named as the file; the namespace is the folder; no regions:",
            Repository.SourcesUnder("src", "bench", "tests").SelectMany(ShapeRule.Check));

    [Fact]
    public void Rule_finds_second_type_other_name_other_namespace_and_region()
    {
        const string text = """
            namespace Forewave.Other;
            class B
            {
                #region hidden
                class Nested;
                #endregion
            }
            delegate void C();
            """;

        Offence.AssertFound(ShapeRule.Check(SourceFile.Parse("src/Forewave.Broker/Ingest/A.cs", text)),
            "C is a second top-level type",
            "B stands in A.cs",
            "namespace Forewave.Other, expected Forewave.Broker.Ingest",
            "a region");
    }

    [Fact]
    public void Rule_accepts_generic_type_and_nested_type() =>
        Offence.AssertFound(ShapeRule.Check(
            SourceFile.Parse("src/Forewave.Broker/Ingest/A.cs", "namespace Forewave.Broker.Ingest; class A<T> { enum Nested; }")));
}
