.PHONY: build test parity sample approve

build:
	dotnet build -c Release

test:
	dotnet test

parity:
	dotnet test --filter Category=Parity

sample:
	dotnet run -c Release --project samples/FirstProgram
	dotnet run -c Release --project samples/BertSentiment
	dotnet run -c Release --project samples/NamedEntities
	dotnet run -c Release --project samples/Gpt2Lora
	dotnet run -c Release --project samples/VitShapes
	dotnet run -c Release --project samples/ClipZeroShot
	dotnet run -c Release --project samples/QwenChat < /dev/null
	dotnet run -c Release --project samples/Tasks
	dotnet run -c Release --project samples/Pages

approve:
	PEFTSHARP_APPROVE=1 dotnet test --filter PublicApiTests
